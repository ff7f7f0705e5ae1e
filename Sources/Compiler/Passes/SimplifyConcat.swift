import ModelIR

extension Pass {
  /// Merges adjacent slices of one value within a concat, so that the value can be computed in its place.
  ///
  ///     %2 = slice(%1) {from=0 to=32}
  ///     %3 = slice(%1) {from=32 to=64}
  ///     %9 = concat(%2, %3, %8)          →   %9 = concat(%1, %8)
  package static let simplifyConcat = Pass(name: "simplify-concat") { graph in
    graph.rebuilt { (builder, node, _, inputs) throws(TypeError) in
      guard case .concat = node.op else { return try builder.add(node.op, inputs, origin: node.origin) }
      var joined: [ValueID] = []
      var index = 0
      while index < inputs.count {
        guard var run = SliceRun(builder[inputs[index]]) else {
          joined.append(inputs[index])
          index += 1
          continue
        }
        let first = inputs[index]
        index += 1
        var length = 1
        while index < inputs.count, let next = SliceRun(builder[inputs[index]]), next.source == run.source,
          next.lower == run.upper
        {
          run.upper = next.upper
          index += 1
          length += 1
        }
        if run.lower == 0, run.upper == builder.type(of: run.source).channels {
          joined.append(run.source)
        } else if length == 1 {
          joined.append(first)
        } else {
          var slice = Slice()
          slice.lower = run.lower
          slice.upper = run.upper
          joined.append(try builder.add(.slice(slice), [run.source], origin: node.origin))
        }
      }
      return joined.count == 1 ? joined[0] : try builder.add(.concat(Concat()), joined, origin: node.origin)
    }
  }
}

/// Adjacent channels of one value.
private struct SliceRun {
  let source: ValueID
  let lower: Int
  var upper: Int

  init?(_ node: Node) {
    guard case .slice(let slice) = node.op else { return nil }
    source = node.inputs[0]
    lower = slice.lower
    upper = slice.upper
  }
}
