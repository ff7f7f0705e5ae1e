import Elements
import KernelInterface
import Testing

@testable import Kernels

/// Holds a convolution's result in double precision and, for each element, the sum of the products' magnitudes.
struct ReferenceConvolution {
  var sums: [Double]
  var magnitudes: [Double]

  /// Follows the definition: every output element sums its taps, those in the padding left out.
  init(_ g: ConvolutionGeometry, input: [Float], weight: [Float], bias: [Float]?) {
    let (groupInputs, groupOutputs) = (g.inputChannels / g.groups, g.outputChannels / g.groups)
    sums = []
    magnitudes = []
    sums.reserveCapacity(g.outputShape.count)
    magnitudes.reserveCapacity(g.outputShape.count)
    input.withUnsafeBufferPointer { input in
      weight.withUnsafeBufferPointer { weight in
        for o in 0..<g.outputChannels {
          let firstInput = o / groupOutputs * groupInputs
          for y in 0..<g.outputHeight {
            for x in 0..<g.outputWidth {
              var sum = Double(bias?[o] ?? 0)
              var magnitude = abs(sum)
              var tapY = 0
              while tapY < g.kernelHeight {
                let sourceY = y * g.stride - g.verticalPadding + tapY * g.dilation
                var tapX = 0
                while tapX < g.kernelWidth {
                  let sourceX = x * g.stride - g.horizontalPadding + tapX * g.dilation
                  if sourceY >= 0 && sourceY < g.inputHeight && sourceX >= 0 && sourceX < g.inputWidth {
                    var c = 0
                    while c < groupInputs {
                      let w = weight[((o * groupInputs + c) * g.kernelHeight + tapY) * g.kernelWidth + tapX]
                      let v = input[((firstInput + c) * g.inputHeight + sourceY) * g.inputWidth + sourceX]
                      let product = Double(w) * Double(v)
                      sum += product
                      magnitude += abs(product)
                      c += 1
                    }
                  }
                  tapX += 1
                }
                tapY += 1
              }
              sums.append(sum)
              magnitudes.append(magnitude)
            }
          }
        }
      }
    }
  }
}

/// A convolution with everything that it reads, as planes.
struct ConvolutionCase {
  var geometry: ConvolutionGeometry
  /// The channels of the inputs that are joined.
  var joined: [Int]
  var input: [Float]
  var weight: [Float]
  var bias: [Float]?
  var activation = ActivationFunction.identity
  /// Added before the activation, each number for 2^shift rows and columns.
  var before: (values: [Float], shift: Int)?
  var after: [Float]?

  /// The sums before the activation.
  func reference() -> ReferenceConvolution {
    var reference = ReferenceConvolution(geometry, input: input, weight: weight, bias: bias)
    guard let before else { return reference }
    let (height, width) = (geometry.outputHeight, geometry.outputWidth)
    let (smallHeight, smallWidth) = (height >> before.shift, width >> before.shift)
    for i in reference.sums.indices {
      let (c, y, x) = (i / (height * width), i / width % height, i % width)
      let value = Double(before.values[(c * smallHeight + y >> before.shift) * smallWidth + x >> before.shift])
      reference.sums[i] += value
      reference.magnitudes[i] += abs(value)
    }
    return reference
  }

  /// Which maps are kept in bf16.
  struct RoundedMaps: OptionSet, CustomTestStringConvertible {
    let rawValue: Int
    static let inputs = RoundedMaps(rawValue: 1)
    static let addends = RoundedMaps(rawValue: 2)
    static let output = RoundedMaps(rawValue: 4)
    /// Of several inputs every other one.
    static let someInputs = RoundedMaps(rawValue: 8)

    func elementType(_ maps: RoundedMaps) -> ElementType { contains(maps) ? .bf16 : .fp32 }
    var testDescription: String { "\(rawValue)" }
  }

  /// Runs one kernel over copies of the operands and checks that it wrote its output and nothing else.
  func run(
    _ kernel: ConvolutionKernel, _ set: InstructionSet, _ pool: ThreadPool, inputs inputLayout: MapLayout = .padded,
    output outputLayout: MapLayout = .padded, rounded: RoundedMaps = []
  ) -> (values: [Float], isIntact: Bool) {
    let g = geometry
    var inputs: [TestMap] = []
    var first = 0
    for channels in joined {
      let range = first * g.inputShape.planeCount..<(first + channels) * g.inputShape.planeCount
      let shape = MapShape(channels: channels, height: g.inputHeight, width: g.inputWidth)
      let isRounded = rounded.contains(.inputs) || rounded.contains(.someInputs) && inputs.count % 2 == 0
      inputs.append(TestMap(shape, inputLayout, Array(input[range]), elementType: isRounded ? .bf16 : .fp32))
      first += channels
    }
    let layout = GEMMLayout(
      g, kernel, inputs: joined, elementTypes: inputs.map(\.map.elementType), isDense: inputs[0].isDense)
    let packed = withFencedInputs([weight, bias ?? []]) {
      PackedWeights(
        kernel, layout, weight: $0[0], bias: bias == nil ? nil : $0[1], in: WeightMemory(),
        microkernels: set.microkernels, pool: pool)
    }
    guard let weights = packed else { preconditionFailure("There is no memory for the packed weights.") }
    let output = TestMap(g.outputShape, outputLayout, elementType: rounded.elementType(.output))
    var operands = ConvolutionOperands(
      inputs: inputs.map(\.map), weights: weights, activation: activation, output: output.map)
    let beforeMap = before.map { before in
      let shape = MapShape(
        channels: g.outputChannels, height: g.outputHeight >> before.shift, width: g.outputWidth >> before.shift)
      return TestMap(shape, inputLayout, before.values, elementType: rounded.elementType(.addends))
    }
    let afterMap = after.map { TestMap(g.outputShape, outputLayout, $0, elementType: rounded.elementType(.addends)) }
    operands.before = beforeMap?.map
    operands.after = afterMap?.map
    let convolution = Convolution(kernel, g, layout, microkernels: set.microkernels, threads: pool.threads)
    let scratch = GuardedBuffer(count: convolution.scratchByteCount / 4)
    withExtendedLifetime((inputs, weights, beforeMap, afterMap)) {
      convolution.run(operands, scratch: scratch.pointer, pool: pool)
    }
    return (output.values, output.surroundingsAreIntact && scratch.marginsAreIntact)
  }
}
