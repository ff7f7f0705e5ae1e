/// The mean under a window; the border counts as zeros.
package struct AveragePool: Operator {
  package var kernel = 1
  package var stride = 1
  package var padding = 0

  package init() {}

  package static let name = "avg_pool"
  package static let attributes: [Attribute<Self>] = [
    .integer("k", \.kernel), .integer("s", \.stride), .integer("p", \.padding),
  ]

  package func resultType(_ inputs: [TensorType]) throws(TypeError) -> TensorType {
    try Window(kernel: kernel, stride: stride, padding: padding).pooledType(self, inputs)
  }

  package var worksInBF16: Bool { true }
}
