import ModelIR
import ModelSyntax

/// Chooses names and sections for unnamed rows from their function:
///
/// - `p3` is the result of a backbone at stride 2³, `p3_down` the row that downsamples to it; `a3` and `b3` when
///   there are two;
/// - `spp` pools; `up4`, `cat4` and `n4` lead back to finer maps, `down5`, `join5` and `m5` to coarser ones again;
/// - `route4` returns several maps for `p4_fuse` rows to select from;
/// - `aux_…` is only for training, `detect` the head.
///
/// Any other row is named by its level and its block, `p2_conv`, or by its index, `row12`, when its stride is no power
/// of two.
struct RowNames {
  /// The phase of a map on its way to the head.
  private enum Phase: Int {
    case backbone, pyramid, finer, coarser, head
  }

  private struct Place: Hashable {
    var phase: Phase
    /// The index of the stem, the part of the network that begins at the image.
    var stem: Int
    var level: Int?
    var isAuxiliary: Bool
  }

  private let facts: [RowFacts]
  private let blocks: [String]
  private var places: [Place] = []
  /// Whether each stem is used for training only.
  private var stems: [Bool] = []

  init(_ facts: [RowFacts], blocks: [String]) {
    self.facts = facts
    self.blocks = blocks
    for index in facts.indices { places.append(place(of: index)) }
  }

  // MARK: Phases

  private mutating func place(of index: Int) -> Place {
    let row = facts[index]
    func place(_ phase: Phase, _ stem: Int) -> Place {
      Place(phase: phase, stem: stem, level: row.level, isAuxiliary: row.isAuxiliary)
    }
    let readable = row.sources.filter { !isImage($0) }.compactMap { $0 }
    let maps = readable.filter { facts[$0].kind != .routes }
    guard let first = maps.first ?? readable.first else {
      if row.kind == .image { return place(.backbone, -1) }
      stems.append(row.isAuxiliary)
      return place(row.kind == .head ? .head : .backbone, stems.count - 1)
    }
    let phase = readable.map { places[$0].phase.rawValue }.max().flatMap(Phase.init) ?? .backbone
    let stem = places[first].stem
    switch row.kind {
    case .head: return place(.head, stem)
    case .pyramid: return place(phase == .backbone ? .pyramid : phase, stem)
    case .upsampling: return place(phase.rawValue < Phase.finer.rawValue ? .finer : phase, stem)
    case .image, .routes, .join, .fusion, .layer: break
    }
    if let level = row.level, let before = facts[first].level, level > before, phase != .backbone {
      return place(.coarser, stem)
    }
    // A late branch from the backbone belongs to the part that follows the backbone.
    let hasLeft = places.contains { $0.stem == stem && $0.phase != .backbone && $0.isAuxiliary == row.isAuxiliary }
    if phase == .backbone, row.kind != .routes, hasLeft { return place(.finer, stem) }
    return place(phase, stem)
  }

  private func isImage(_ source: Int?) -> Bool { source.map { facts[$0].kind == .image } ?? true }

  // MARK: Names

  /// The names of the rows, all distinct.
  var names: [String] {
    var used: Set<String> = []
    return facts.indices.map { index in
      let wanted = name(of: index)
      var name = wanted
      var number = 2
      while !used.insert(name).inserted {
        name = "\(wanted)_\(number)"
        number += 1
      }
      return name
    }
  }

  private func name(of index: Int) -> String {
    let (row, place) = (facts[index], places[index])
    if row.kind == .image { return "image" }
    if row.kind == .head { return "detect" }
    let sourceLevel = row.sources.first.flatMap { $0 }.map { facts[$0].level } ?? 0
    if row.kind == .routes, let level = sourceLevel { return "route\(level)" }
    guard let level = place.level else { return "row\(index)" }
    let branch = place.isAuxiliary ? "aux_" : ""
    let base = branch + mapName(place, level)
    let isDownward = sourceLevel.map { level > $0 } ?? false
    if place.phase == .pyramid { return row.kind == .pyramid ? base : "\(base)_\(word(index))" }
    if index == result(of: place) { return base }
    switch (row.kind, place.phase) {
    case (.upsampling, _): return "\(branch)up\(level)"
    case (.join, .finer): return "\(branch)cat\(level)"
    case (.join, .coarser): return "\(branch)join\(level)"
    case (.join, _): return "\(base)_cat"
    case (.fusion, _): return "\(base)_fuse"
    case (_, .coarser) where isDownward: return "\(branch)down\(level)"
    case (_, .backbone) where row.sources.allSatisfy(isImage): return "\(base)_conv"
    case _ where isDownward: return "\(base)_down"
    default: return "\(base)_\(word(index))"
    }
  }

  /// The name of a row at a phase and a level.
  private func mapName(_ place: Place, _ level: Int) -> String {
    switch place.phase {
    case .pyramid: return "spp"
    case .finer: return place.isAuxiliary ? "\(level)" : "n\(level)"
    case .coarser: return "m\(level)"
    case .head: return "head\(level)"
    case .backbone:
      let siblings = stems.indices.filter { stems[$0] == place.isAuxiliary }
      let position = siblings.firstIndex(of: place.stem) ?? 0
      if siblings.count < 2 { return place.isAuxiliary ? "\(level)" : "p\(level)" }
      guard position < 26 else { return "p\(position)_\(level)" }
      return "\(Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(position))))\(level)"
    }
  }

  /// The row of a phase that the first row of another phase reads.
  private func result(of place: Place) -> Int? {
    for reader in facts.indices where places[reader] != place || facts[reader].kind == .routes {
      let read = facts[reader].sources.compactMap { $0 }.first { places[$0] == place && facts[$0].kind != .routes }
      if let read { return read }
    }
    return places.indices.last { places[$0] == place && facts[$0].kind != .routes }
  }

  /// The block as a word: `conv` for Conv and for nn.Conv2d.
  private func word(_ index: Int) -> String {
    let base = blocks[index].split(separator: ".").last.map(String.init) ?? blocks[index]
    let letters = base.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return letters == "conv2d" ? "conv" : letters.isEmpty ? "block" : letters
  }

  // MARK: Sections

  /// The sections of the rows. A section is one run of rows, since their order must be kept: a second run of a section
  /// is added to the section before it, or that section is added to it when it is for training only.
  var sections: [Section] {
    var sections = facts.indices.map { index -> Section in
      if facts[index].kind == .head { return .heads }
      if facts[index].isAuxiliary { return .auxiliary }
      return places[index].phase == .backbone ? .backbone : .neck
    }
    for index in sections.indices.dropFirst() where sections[index] != sections[index - 1] {
      guard let last = sections[..<index].lastIndex(of: sections[index]) else { continue }
      if [.backbone, .neck].contains(sections[index - 1]) {
        sections[index] = sections[index - 1]
      } else {
        for between in last..<index { sections[between] = sections[index] }
      }
    }
    return sections
  }
}
