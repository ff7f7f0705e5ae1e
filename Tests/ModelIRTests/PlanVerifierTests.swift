import ModelIR
import TestSupport
import Testing

/// Plans that no compiler makes, each rejected with its reason before anything runs.
@Suite struct PlanVerifierTests {
  private static let text = """
    plan 2 "p"
    classes 2
    buffer 3 x H x W
    buffer 8 x H/2 x W/2
    buffer 10 x H/2 x W/2
    buffer 6 x (H/2*W/2)
    input b0[0:3] multiple 2 2 size 64 64
    b1[0:8] = conv2d(b0[0:3]) {out=8 k=3 s=2 p=1 w=a b=b} @0 a
    b2[0:10] = conv2d(b1[0:8]) {out=10 w=c} @1 c
    b3[0:6] = decode_detections(b2[0:10]) {classes=2 bins=2 strides=[2.0] projection=d} @2 d
    output "output0" b3[0:6] detections {classes=2 strides=[2.0]}

    """

  @Test func thePlanItselfIsAccepted() throws {
    try Plan(text: Self.text).verify()
  }

  @Test(arguments: [
    ("conv2d(b0[0:3])", "conv2d(b0[0:3], b0[1:2])"), ("{out=10 w=c}", "{out=10 w=inputs(joined(c, 10), 9, 1, 9)}"),
    ("b1[0:8]) {out=10 ", "b1[0:8], b1[0:8]) {out=10 "),
  ])
  func convolutionsMayReadSeveralInputs(_ old: String, _ new: String) throws {
    try #require(Self.text.contains(old))
    let plan = try Plan(text: Self.text.replacing(old, with: new, maxReplacements: 1))
    try plan.verify()
    #expect(try Plan(text: plan.description) == plan)
  }

  /// An output may say less than is known of it, and an identity passes on what its input means.
  @Test func outputsSayWhatTheyAre() throws {
    let plain = try Plan(text: Self.text.replacing("detections {classes=2 strides=[2.0]}", with: "tensor {}"))
    try plain.verify()
    #expect(plain.outputs[0].detections == nil)
    #expect(try Plan(text: plain.description) == plain)

    // Version 1 had no contracts: they are derived from the steps.
    let copied = Self.text.replacing("plan 2", with: "plan 1").replacing(
      "output \"output0\" b3[0:6] detections {classes=2 strides=[2.0]}",
      with: """
        b4[0:6] = identity(b3[0:6]) {} @3 copy
        b5[0:4] = identity(b3[2:6]) {} @3 part
        output "made" b3[0:6]
        output "copy" b4[0:6]
        output "rows" b3[0:4]
        output "part" b5[0:4]
        output "map" b2[0:10]
        """
    ).replacing(
      "input b0", with: "buffer 6 x (H/2*W/2)\nbuffer 4 x (H/2*W/2)\ninput b0", maxReplacements: 1)
    let old = try Plan(text: copied)
    try old.verify()
    let detections = DetectionContract(classes: 2, strides: [2])
    #expect(old.outputs.map(\.detections) == [detections, detections, nil, nil, nil])
    #expect(old.outputs.allSatisfy { $0.detections != nil || $0.meaning == .tensor })
    #expect(try Plan(text: old.description) == old)
    #expect(old.description.hasPrefix("plan 2 "))
  }

  /// Contracts are derived before a plan is verified, so that steps may go in circles.
  @Test func identitiesInACircleMeanNothing() throws {
    let plan = try Plan(
      text: """
        plan 1 "p"
        buffer 3 x H x W
        b0[0:3] = identity(b0[0:3]) {} @0 a
        b0[0:3] = identity() {} @0 a
        output "output0" b0[0:3]
        """)
    #expect(plan.outputs[0].meaning == .tensor)
    #expect(throws: PlanError.self) { try plan.verify() }
  }

  struct Fault: Sendable {
    /// The replaced text of the plan above, and its replacement.
    let old: String
    let new: String
    let message: String

    init(_ old: String, _ new: String, _ message: String) { (self.old, self.new, self.message) = (old, new, message) }
  }

  @Test(arguments: [
    // Operands.
    Fault("conv2d(b0[0:3])", "conv2d(b9[0:3])", "step 0 (conv2d) uses channels outside its buffer"),
    Fault("conv2d(b0[0:3])", "conv2d(b-1[0:3])", "uses channels outside its buffer"),
    Fault("conv2d(b0[0:3])", "conv2d(b0[0:4])", "uses channels outside its buffer"),
    Fault("conv2d(b0[0:3])", "conv2d(b0[2:2])", "uses channels outside its buffer"),
    Fault("conv2d(b0[0:3])", "conv2d(b0[-1:2])", "uses channels outside its buffer"),
    Fault("conv2d(b0[0:3])", "conv2d()", "does not accept its inputs"),
    Fault("conv2d(b1[0:8])", "conv2d(b1[0:8], b0[0:3])", "does not accept its inputs"),
    Fault("out=8 ", "out=8 add=after ", "does not accept its inputs"),
    Fault("out=10 ", "out=10 up=2 ", "does not accept its inputs"),
    Fault("conv2d(b1[0:8]) {out=10 ", "conv2d(b1[0:8], b1[0:8]) {out=10 add=after ", "does not accept its inputs"),
    Fault("conv2d(b1[0:8]) {out=10 ", "conv2d(b1[0:8], b2[0:10]) {out=10 add=after ", "reads what no step before it"),
    Fault("conv2d(b1[0:8]) {out=10 ", "conv2d(b1[0:8], b1[0:8]) {out=10 g=2 ", "does not accept its inputs"),
    Fault("input b0[0:3]", "input b0[0:9223372036854775807]", "the input uses channels outside its buffer"),
    Fault("\"output0\" b3[0:6]", "\"output0\" b3[0:7]", "the output 'output0' uses channels outside"),
    // Order and lifetimes.
    Fault("conv2d(b1[0:8])", "conv2d(b2[0:8])", "reads what no step before it has written"),
    Fault("b2[0:10] =", "b1[0:8] =", "writes what was written already"),
    Fault("b1[0:8] = conv2d(b0[0:3])", "b0[0:3] = conv2d(b0[0:3])", "writes what was written already"),
    Fault("input b0[0:3]", "input b1[0:8]", "the input is not as large as the image"),
    Fault(
      "output \"output0\" b3[0:6]", "output \"a\" b2[0:8] tensor {}\noutput \"a\" b3[0:6]", "two outputs have one name"),
    // Types and sizes.
    Fault("out=8", "out=7", "makes 7 x H/2 x W/2, not 8 x H/2 x W/2"),
    Fault("k=3", "k=5", "makes 8 x H/2-1 x W/2-1"),
    Fault("s=2", "s=0", "does not accept its inputs"),
    Fault("s=2", "s=-2", "does not accept its inputs"),
    Fault("k=3", "k=9223372036854775807", "does not accept its inputs"),
    Fault("out=8 ", "out=8 d=4611686018427387904 ", "does not accept its inputs"),
    Fault("out=8 ", "out=8 g=0 ", "does not accept its inputs"),
    Fault("out=8 ", "out=8 g=2 ", "does not accept its inputs"),
    Fault("buffer 8 x H/2 x W/2", "buffer 8 x H/3 x W/2", "the input's multiples do not fit the buffer"),
    Fault("multiple 2 2", "multiple 0 2", "is not a multiple of what the plan names"),
    Fault("size 64 64", "size 64 63", "is not a multiple of what the plan names"),
    Fault("size 64 64", "size -64 64", "is not a multiple of what the plan names"),
    // Detections.
    Fault("classes 2\n", "classes 3\n", "has 2 classes, and the plan names 3"),
    Fault("bins=2", "bins=0", "does not accept its inputs"),
    Fault("bins=2", "bins=3", "does not accept its inputs"),
    Fault("strides=[2.0]", "strides=[0.0]", "does not accept its inputs"),
    Fault("strides=[2.0]", "strides=[]", "does not accept its inputs"),
    // Output contracts.
    Fault("{classes=2 strides", "{classes=3 strides", "has detections of 3 classes, and the plan names 2"),
    Fault("{classes=2 strides", "{classes=-2 strides", "has detections of -2 classes, and the plan names 2"),
    Fault("{classes=2 strides", "{classes=9223372036854775807 strides", "and the plan names 2"),
    Fault("b3[0:6] detections", "b3[0:5] detections", "has detections of 2 classes and 5 rows"),
    Fault("b3[0:6] detections", "b2[0:6] detections", "is said to be detections and is a feature map, 6 x H/2 x W/2"),
    Fault(
      "{classes=2 strides=[2.0]}", "{classes=2}",
      "needs a positive stride for each level of its detections, 1 in all, not []"),
    Fault("{classes=2 strides=[2.0]}", "{classes=2 strides=[2.0,4.0]}", "needs a positive stride for each level"),
    Fault("{classes=2 strides=[2.0]}", "{classes=2 strides=[-2.0]}", "needs a positive stride for each level"),
    Fault("{classes=2 strides=[2.0]}", "{classes=2 strides=[1e300]}", "needs a positive stride for each level"),
    Fault("conv2d(b1", "concat(b1", "is not"),
    Fault("= conv2d(b1[0:8]) {out=10 w=c}", "= concat(b1[0:8]) {}", "is an operator that no step can have"),
  ])
  func faultsAreRefused(_ fault: Fault) throws {
    try #require(Self.text.contains(fault.old))
    let text = Self.text.replacing(fault.old, with: fault.new, maxReplacements: 1)
    do {
      try Plan(text: text).verify()
      Issue.record("\(fault.new) is accepted")
    } catch let error as PlanError {
      #expect(error.message.contains(fault.message), "\(error.message)")
    } catch let error as TextError {
      #expect(fault.message == "is not", "\(error.message)")
    }
  }
}
