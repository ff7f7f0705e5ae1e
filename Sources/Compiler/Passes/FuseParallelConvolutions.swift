import ModelIR

extension Pass {
  /// Fuses convolutions of one value whose results are added into one convolution. The branches of a RepConv are
  /// recognised by their structure. The value itself, and a normalisation of it, are included as kernels with a 1 in
  /// the centre.
  ///
  /// A convolution is linear, so `W₁ ∗ x + W₂ ∗ x = (W₁ + W₂) ∗ x` when the smaller kernel is padded with zeros (Ding
  /// et al., RepVGG, 2021, section 3.3).
  ///
  ///     %1 = conv2d(%0) {k=3 p=1 w=A b=a}
  ///     %2 = conv2d(%0) {k=1 w=B b=b}           %1 = conv2d(%0) {k=3 p=1 w=sum(A, padded(B, 1, 3)) b=sum(a, b)}
  ///     %3 = add(%1, %2)                    →
  package static let fuseParallelConvolutions = Pass(name: "fuse-parallel-convolutions") { graph in
    let readers = graph.readerCounts
    return graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      // Terms of other sizes than the sum's are upsampled while they are added, which no convolution can do.
      guard case .add(let addition) = node.op, addition.largestScale == 1 else {
        return try builder.add(node.op, inputs, origin: node.origin)
      }
      let branches = zip(inputs, node.inputs).compactMap { value, original in
        Branch(builder[value], position: value, hasOtherReaders: readers[original.index] > 1)
      }
      // The largest kernel includes the others of its input; ties go to the first.
      var terms = inputs
      var isFused = false
      for widest in branches.sortedByKernel where terms.contains(widest.position) {
        guard let (convolution, rest) = fuse(into: widest, branches, terms, builder) else { continue }
        terms = [try builder.add(.conv2D(convolution), [widest.input], origin: widest.origin)] + rest
        isFused = true
      }
      guard isFused else { return try builder.add(node.op, inputs, origin: node.origin) }
      return terms.count == 1 ? terms[0] : try builder.add(.add(Add()), terms, origin: node.origin)
    }
  }
}

/// The convolution that replaces `widest` and every term that can be fused with it, and the other terms; `nil` when no
/// term can be fused.
private func fuse(
  into widest: Branch, _ branches: [Branch], _ terms: [ValueID], _ builder: GraphBuilder
) -> (convolution: Conv2D, rest: [ValueID])? {
  var fused = widest.convolution
  var weights = [fused.weight]
  var biases = fused.bias.map { [$0] } ?? []
  var rest: [ValueID] = []
  for value in terms where value != widest.position {
    if let branch = branches.first(where: { $0.position == value }), branch.isParallel(to: widest) {
      weights.append(branch.convolution.weight.padded(from: branch.convolution.kernel, to: fused.kernel))
      biases += branch.convolution.bias.map { [$0] } ?? []
    } else if let kernel = identityKernel(of: builder, value, for: widest, isShared: value == widest.input) {
      weights.append(kernel.weight)
      biases += kernel.bias.map { [$0] } ?? []
    } else {
      rest.append(value)
    }
  }
  guard weights.count > 1 else { return nil }
  fused.weight = .sum(weights)
  fused.bias = biases.isEmpty ? nil : biases.count == 1 ? biases[0] : .sum(biases)
  return (fused, rest)
}

extension [Branch] {
  /// The convolutions by descending kernel size; those of equal size keep their order.
  fileprivate var sortedByKernel: [Branch] {
    enumerated().sorted { left, right in
      (right.element.convolution.kernel, left.offset) < (left.element.convolution.kernel, right.offset)
    }.map(\.element)
  }
}

/// A convolution whose result only a sum reads.
private struct Branch {
  let convolution: Conv2D
  let input: ValueID
  let position: ValueID
  let origin: Origin

  init?(_ node: Node, position: ValueID, hasOtherReaders: Bool) {
    guard case .conv2D(let convolution) = node.op, convolution.activation == .identity, !hasOtherReaders else {
      return nil
    }
    self.convolution = convolution
    input = node.inputs[0]
    self.position = position
    origin = node.origin
  }

  /// Whether padding with zeros makes this branch's kernel fit the other's window.
  func isParallel(to other: Branch) -> Bool {
    let (small, large) = (convolution, other.convolution)
    let border = large.kernel - small.kernel
    return input == other.input && small.stride == large.stride && small.groups == large.groups
      && small.dilation == 1 && large.dilation == 1 && border >= 0 && border % 2 == 0
      && large.padding - small.padding == border / 2
  }
}

/// The kernel that represents the convolution's own input, or a normalisation of it, as a term of the sum.
private func identityKernel(
  of builder: GraphBuilder, _ value: ValueID, for branch: Branch, isShared: Bool
) -> (weight: ParameterExpression, bias: ParameterExpression?)? {
  let window = branch.convolution
  let isCentred =
    window.stride == 1 && window.dilation == 1 && window.kernel % 2 == 1 && window.padding == window.kernel / 2
  guard isCentred, builder.type(of: branch.input).channels == window.outputChannels else { return nil }
  if isShared { return (.identityKernel, nil) }
  let node = builder[value]
  if case .channelAffine(let affine) = node.op, node.inputs == [branch.input], case .scale(let norm)? = affine.scale {
    return (.scaled(.identityKernel, norm), affine.shift)
  }
  return nil
}

extension ParameterExpression {
  fileprivate func padded(from kernel: Int, to larger: Int) -> ParameterExpression {
    kernel == larger ? self : .padded(self, from: kernel, to: larger)
  }
}
