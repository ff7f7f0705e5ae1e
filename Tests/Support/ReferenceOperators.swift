import Dispatch
import Foundation
import ModelIR

/// `out[o,y,x] = Σ w[o,i,u,v] · in[i, s·y + d·u − p, s·x + d·v − p] + b[o]`, without taps in the border.
///
/// The taps are the outer loops and the columns the inner one, which is fast enough for tests.
func referenceConvolution(_ input: ReferenceValue, weight: [Double], bias: [Double]?, _ op: Conv2D) -> ReferenceValue {
  let (height, width) = (input.shape[1], input.shape[2])
  let reach = op.dilation * (op.kernel - 1) + 1
  let outputHeight = (height + 2 * op.padding - reach) / op.stride + 1
  let outputWidth = (width + 2 * op.padding - reach) / op.stride + 1
  let (groupInputs, groupOutputs) = (input.shape[0] / op.groups, op.outputChannels / op.groups)
  let plane = outputHeight * outputWidth

  /// Output positions for which this tap of the window lies inside the map.
  func places(tap: Int, side: Int, outputSide: Int) -> Range<Int> {
    let offset = op.dilation * tap - op.padding
    let first = max(0, (-offset + op.stride - 1) / op.stride)
    let last = offset >= side ? -1 : min(outputSide - 1, (side - 1 - offset) / op.stride)
    return first..<max(first, last + 1)
  }
  let rows = (0..<op.kernel).map { places(tap: $0, side: height, outputSide: outputHeight) }
  let columns = (0..<op.kernel).map { places(tap: $0, side: width, outputSide: outputWidth) }

  var output = ReferenceValue(shape: [op.outputChannels, outputHeight, outputWidth])
  input.values.withUnsafeBufferPointer { input in
    output.values.withUnsafeMutableBufferPointer { output in
      guard let outputStart = output.baseAddress, let inputStart = input.baseAddress else { return }
      let target = UncheckedPointer(base: outputStart)
      let source = UncheckedPointer(base: UnsafeMutablePointer(mutating: inputStart))
      DispatchQueue.concurrentPerform(iterations: op.outputChannels) { channel in
        let sums = target.base + channel * plane
        if let bias { for index in 0..<plane { sums[index] = bias[channel] } }
        for inner in 0..<groupInputs {
          let map = source.base + (channel / groupOutputs * groupInputs + inner) * height * width
          for u in 0..<op.kernel {
            for v in 0..<op.kernel {
              let factor = weight[((channel * groupInputs + inner) * op.kernel + u) * op.kernel + v]
              for y in rows[u] {
                let from = map + (op.stride * y + op.dilation * u - op.padding) * width + op.dilation * v - op.padding
                let to = sums + y * outputWidth
                for x in columns[v] { to[x] += factor * from[op.stride * x] }
              }
            }
          }
        }
      }
    }
  }
  return output
}

/// Passes a pointer to threads that each write a separate part.
private struct UncheckedPointer: @unchecked Sendable {
  let base: UnsafeMutablePointer<Double>
}

/// Reduces the window around each position; the map is surrounded by `padding` rows and columns of `border`.
func referencePool(
  _ input: ReferenceValue, kernel: Int, stride: Int, padding: Int, border: Double, _ reduce: ([Double]) -> Double
) -> ReferenceValue {
  let (height, width) = (input.shape[1], input.shape[2])
  let shape = [
    input.shape[0], (height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1,
  ]
  var window = [Double](repeating: 0, count: kernel * kernel)
  return ReferenceValue(shape: shape) { channel, row, column in
    for u in 0..<kernel {
      for v in 0..<kernel {
        let (y, x) = (row * stride + u - padding, column * stride + v - padding)
        let isInside = y >= 0 && y < height && x >= 0 && x < width
        window[u * kernel + v] = isInside ? input[channel, y, x] : border
      }
    }
    return reduce(window)
  }
}

/// `torch.nn.functional.interpolate(mode="nearest")`, which finds its source in single precision.
func referenceResize(_ input: ReferenceValue, height: Int, width: Int) -> ReferenceValue {
  func source(_ place: Int, _ from: Int, _ to: Int) -> Int {
    min(Int((Float(place) * (Float(from) / Float(to))).rounded(.down)), from - 1)
  }
  return ReferenceValue(shape: [input.shape[0], height, width]) { channel, row, column in
    input[channel, source(row, input.shape[1], height), source(column, input.shape[2], width)]
  }
}

/// Boxes by distribution focal loss, classes by sigmoid; cells level after level, each row by row.
func referenceDecode(_ levels: [ReferenceValue], _ op: DecodeDetections, projection: [Double]) -> ReferenceValue {
  let anchors = levels.reduce(0) { $0 + $1.plane }
  var output = ReferenceValue(shape: [4 + op.classes, anchors])
  var anchor = 0
  for (level, stride) in zip(levels, op.strides) {
    for row in 0..<level.shape[1] {
      for column in 0..<level.shape[2] {
        let distances = (0..<4).map { side in
          let logits = (0..<op.bins).map { level[side * op.bins + $0, row, column] }
          let largest = logits.max() ?? 0
          let weights = logits.map { exp($0 - largest) }
          return zip(weights, projection).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
        let (left, top, right, bottom) = (x - distances[0], y - distances[1], x + distances[2], y + distances[3])
        let box = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
        for (part, value) in box.enumerated() { output.values[part * anchors + anchor] = value * stride }
        for index in 0..<op.classes {
          let logit = level[4 * op.bins + index, row, column]
          output.values[(4 + index) * anchors + anchor] = 1 / (1 + exp(-logit))
        }
        anchor += 1
      }
    }
  }
  return output
}

extension Activation {
  /// The function by PyTorch's definition.
  var reference: (Double) -> Double {
    switch self {
    case .identity: { $0 }
    case .silu: { $0 / (1 + exp(-$0)) }
    case .relu: { max($0, 0) }
    case .relu6: { min(max($0, 0), 6) }
    case .leakyReLU(let slope): { $0 >= 0 ? $0 : slope * $0 }
    case .elu(let alpha): { $0 >= 0 ? $0 : alpha * expm1($0) }
    case .gelu: { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
    case .mish: { $0 * Foundation.tanh(log1p(exp($0))) }
    case .hardswish: { $0 * min(max($0 + 3, 0), 6) / 6 }
    case .hardsigmoid: { min(max($0 + 3, 0), 6) / 6 }
    case .sigmoid: { 1 / (1 + exp(-$0)) }
    case .tanh: { Foundation.tanh($0) }
    }
  }
}
