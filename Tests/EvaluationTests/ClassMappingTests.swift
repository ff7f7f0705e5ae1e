import Evaluation
import Testing

@Suite struct ClassMappingTests {
  private let people = ClassNames(["Body", "Head", "Hand"])
  private let things = ClassNames(["dog", "head", "person", "Body"])

  @Test func namesThatBothHaveArePaired() throws {
    let mapping = try ClassMapping(detector: people, dataSet: things)
    #expect(mapping.evaluated == [1, 3])
    #expect(mapping.ofDetector == [0: 1, 1: 0])
    #expect(mapping.ofDataSet == [1: 0, 3: 1])
  }

  /// A detector of house numbers: its class "1" is no second class of anything.
  @Test func namesThatAreNumbersAreNames() throws {
    let mapping = try ClassMapping(detector: ClassNames(["1", "2", "head"]), dataSet: things)
    #expect(mapping.evaluated == [1])
    #expect(mapping.ofDetector == [2: 0])
  }

  @Test func withoutNamesOnOneSideNumbersCount() throws {
    for (detector, dataSet) in [(people, ClassNames(count: 3)), (ClassNames(count: 3), people)] {
      let mapping = try ClassMapping(detector: detector, dataSet: dataSet)
      #expect(mapping.evaluated == [0, 1, 2])
      #expect(mapping.ofDetector == [0: 0, 1: 1, 2: 2])
    }
  }

  @Test func choicesPairClasses() throws {
    let mapping = try ClassMapping(choices: ["Body=person", "head", "2=0"], detector: people, dataSet: things)
    #expect(mapping.evaluated == [0, 1, 2])
    #expect(mapping.ofDetector == [0: 2, 1: 1, 2: 0])
  }

  @Test func severalClassesOfTheDetectorMayBeOneOfTheDataSet() throws {
    let mapping = try ClassMapping(choices: ["Body=person", "Head=person"], detector: people, dataSet: things)
    #expect(mapping.evaluated == [2])
    #expect(mapping.ofDetector == [0: 0, 1: 0])
  }

  static let faults: [(choices: [String], says: String)] = [
    (["Bodie=person"], "the plan has no class 'Bodie'; it has Body, Head, Hand"),
    (["Body=persons"], "the data set has no class 'persons'; it has dog, head, person, Body"),
    (["Hand"], "the data set has no class 'Hand'"),
    (["3=person"], "the plan has no class '3'"),
    (["-1=person"], "the plan has no class '-1'"),
    (["Body=person", "0=dog"], "'0' is chosen twice"),
    (["=person"], "the plan has no class ''"),
  ]

  @Test(arguments: faults) func choicesThatMeanNothingAreRefused(choices: [String], says: String) {
    let error = #expect(throws: DataSetError.self) {
      try ClassMapping(choices: choices, detector: people, dataSet: things)
    }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func classesWithoutNamesAreChosenByNumber() throws {
    let error = #expect(throws: DataSetError.self) {
      try ClassMapping(choices: ["Body=person"], detector: people, dataSet: ClassNames(count: 12))
    }
    #expect(
      error?.message == "the data set has no class 'person'; it has no names for its 12 classes; choose by index, "
        + "from 0 on")
    #expect(try ClassMapping(choices: ["Body=11"], detector: people, dataSet: ClassNames(count: 12)).evaluated == [11])
  }

  @Test func classesThatHaveNothingInCommonAreRefused() {
    let error = #expect(throws: DataSetError.self) {
      try ClassMapping(detector: people, dataSet: ClassNames(["cat", "dog"]))
    }
    #expect(error?.message == "no class of the plan (Body, Head, Hand) has the name of one of the data set (cat, dog)")
    let counts = #expect(throws: DataSetError.self) {
      try ClassMapping(detector: people, dataSet: ClassNames(count: 80))
    }
    #expect(counts?.message.contains("the plan has 3 classes and the data set 80") == true)
  }
}
