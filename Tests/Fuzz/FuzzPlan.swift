import Elements
import KernelInterface
import Kernels
import ModelIR
import Runtime
import Tensors

/// Bytes as a plan: opened, checked and run, without a trap or a stray access.
///
/// Bytes that begin like a plan's text are read as one and get suitable weights; all others are read as a plan file.
func fuzzPlan(_ bytes: [UInt8]) {
  if let model = bytes.starts(with: "plan ".utf8) ? model(ofText: bytes) : model(ofFile: bytes) { exercise(model) }
}

private func model(ofFile bytes: [UInt8]) -> LoadedPlan? {
  guard let file = try? TensorFile(bytes: bytes, name: "fuzz") else { return nil }
  _ = file.hasIntactData
  return try? LoadedPlan(file)
}

/// A plan with random weights, since its parameter expressions have no checkpoint here.
private func model(ofText bytes: [UInt8]) -> LoadedPlan? {
  guard var plan = try? Plan(text: String(decoding: bytes, as: UTF8.self)) else { return nil }
  let again = try? Plan(text: plan.description)
  precondition(again == plan, "a plan reads back as another one")
  guard (try? plan.verify()) != nil else { return nil }
  var tensors: [(name: String, tensor: Tensor)] = []
  var total = 0
  for index in plan.steps.indices {
    plan.steps[index].op = plan.steps[index].op.replacingParameters { role, _ in .stored("\(index).\(role)") }
    let step = plan.steps[index]
    for use in step.op.semantics.parameters(step.inputs.map(plan.type)) {
      let count = use.shape.reduce(1) { saturatingProduct($0, $1) }
      total = saturatingSum([total, count])
      guard total < 1 << 20, case .stored(let name) = use.expression else { return nil }
      let values = (0..<count).map { Float(($0 &* 37 &+ index) % 101) / 101 - 0.5 }
      tensors.append((name, Tensor(shape: use.shape, values: values)))
    }
  }
  return LoadedPlan(plan: plan, tensors: tensors)
}

/// Opens a session at the smallest size of some pixels and runs it, if that is cheap.
private func exercise(_ model: LoadedPlan) {
  let input = model.plan.input
  func side(_ multiple: Int) -> Int? { multiple <= 256 ? multiple * ((15 + multiple) / multiple) : nil }
  guard let height = side(input.heightMultiple), let width = side(input.widthMultiple),
    let sized = try? SizedPlan(model.plan, height: height, width: width)
  else { return }
  let arena = ArenaLayout(sized, BufferStorage(model.plan, all: .fp32))
  guard arena.byteCount < 4 << 20 else { return }
  checkOffsets(arena)
  exercise(model, height, width, .fp32)
  if InstructionSet.best.supports(.bf16) { exercise(model, height, width, .bf16) }
}

private func exercise(_ model: LoadedPlan, _ height: Int, _ width: Int, _ precision: ElementType) {
  guard let session = try? Session(model, height: height, width: width, threads: 1, precision: precision) else {
    return
  }
  let work = session.steps.reduce(0) { saturatingSum([$0, $1.flops, $1.outputShape.reduce(1, *)]) }
  guard work < 1 << 26 else { return }

  // The initial content of the memory makes no difference, since nothing is read before it is written.
  var results: [[UInt32]] = []
  for _ in 0..<2 {
    for index in session.input.indices { session.input[index] = Float(index % 251) / 250 }
    session.run()
    results.append(
      session.plan.outputs.indices.flatMap { index in
        let output = session.output(index)
        precondition(output.count == session.outputShape(index).reduce(1, *))
        return output.map { $0.isNaN ? UInt32.max : $0.bitPattern }
      })
  }
  precondition(results[0] == results[1], "two runs on one image differ")
}

/// No two buffers that are live at the same time share memory, and all lie in the arena.
private func checkOffsets(_ memory: ArenaLayout) {
  for one in memory.offsets.indices.prefix(200) {
    let range = memory.offsets[one]..<memory.offsets[one] + memory.sizes[one]
    precondition(range.lowerBound >= 0 && range.upperBound <= memory.byteCount)
    for other in 0..<one where memory.lifetimes[other].overlaps(memory.lifetimes[one]) {
      let others = memory.offsets[other]..<memory.offsets[other] + memory.sizes[other]
      precondition(!range.overlaps(others), "buffers \(other) and \(one) share memory")
    }
  }
}
