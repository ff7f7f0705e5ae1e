import Compiler
import Diagnostics
import Foundation
import ModelIR
import TestSupport

/// A model of the official code: its graph, and the counts of the official code for it.
struct OfficialModel: Sendable {
  /// A row of `counts.json`: the module and its parameters, as trained and fused.
  struct RowCount: Decodable, Sendable {
    let module: String
    let training: Int
    let fused: Int

    init(from decoder: any Decoder) throws {
      var columns = try decoder.unkeyedContainer()
      module = try columns.decode(String.self)
      training = try columns.decode(Int.self)
      fused = try columns.decode(Int.self)
    }
  }

  /// An entry of `counts.json`, measured by building the official files with the official code.
  struct Counts: Decodable, Sendable {
    let params: Int
    let fusedParams: Int
    let gflopsThop: Double
    let fusedGflopsThop: Double
    let stride: [Double]
    let stateTensors: Int
    let rows: [RowCount]
  }

  let name: String
  let counts: Counts
  let graph: Graph

  static let folder = Fixtures.folder.appendingPathComponent("official")

  static let counts: [String: Counts] = {
    let url = folder.appendingPathComponent("counts.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let data = try? Data(contentsOf: url),
      let counts = try? decoder.decode([String: Counts].self, from: data)
    else { preconditionFailure("\(url.path) cannot be read.") }
    return counts
  }()

  static let names = counts.keys.sorted()
  /// Models with a head that is not supported: their files end before the last row, which is replaced by a detection
  /// head here.
  static let headlessNames = names.filter { $0.hasSuffix("seg") || $0.hasSuffix("pan") }
  /// Models with all of their rows.
  static let wholeNames = names.filter { !headlessNames.contains($0) }
  /// The names of the models in `models-yaml` and, with the same names, among the official ones.
  static let zooNames = ["t", "s", "m", "c", "e"].flatMap { ["gelan-\($0)", "yolov9-\($0)"] }

  static func named(_ name: String) throws -> OfficialModel {
    guard let counts = counts[name] else { throw CocoaError(.fileNoSuchFile) }
    var text = try String(contentsOf: folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
    if headlessNames.contains(name) { text = try withStandInHead(text) }
    let graph = try Fixtures.graph(SourceFile(name: "\(name).yaml", text: text))
    return OfficialModel(name: name, counts: counts, graph: graph)
  }

  /// The text with a detection head on the sources of the missing head, so that no row is dead. The comment at the top
  /// of such a file says `head (row 44, from [31, 34])`.
  private static func withStandInHead(_ text: String) throws -> String {
    guard let from = text.firstRange(of: ", from ["), let end = text[from.upperBound...].firstIndex(of: "]"),
      let close = text.lastIndex(of: "]")
    else { throw CocoaError(.fileReadCorruptFile) }
    return text[..<close] + "[[\(text[from.upperBound..<end])], 1, Detect, [nc]],\n  ]\n"
  }

  /// The training graph, fused with all of its outputs kept: the result of the official `fuse()`.
  var fusedTraining: Graph { optimize(graph, keeping: [.main, .auxiliary]) }
  var report: ModelReport { ModelReport(graph, optimized: fusedTraining) }
}
