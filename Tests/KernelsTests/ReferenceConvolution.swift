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

/// Runs one kernel over copies of the operands and checks that it wrote its output and nothing else.
func runConvolution(
  _ kernel: ConvolutionKernel, _ g: ConvolutionGeometry, input: [Float], weight: [Float], bias: [Float]?,
  activation: ActivationFunction = .identity, pool: ThreadPool
) -> (values: [Float], marginsAreIntact: Bool) {
  let output = GuardedBuffer(count: g.outputShape.count)
  let scratch = GuardedBuffer(count: convolutionScratchCount(kernel, g, threads: pool.threads))
  withFencedInputs([input, weight, bias ?? []]) { operands in
    convolution(
      kernel, g, input: operands[0], weight: operands[1], bias: bias == nil ? nil : operands[2],
      activation: activation, output: output.pointer, scratch: scratch.pointer, pool: pool)
  }
  return (output.values, output.marginsAreIntact && scratch.marginsAreIntact)
}
