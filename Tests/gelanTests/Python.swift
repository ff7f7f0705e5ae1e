import Foundation
import TestSupport

/// Python, for checks by programs that are written in it; tests that need it are skipped without it.
enum Python {
  /// Whether it is there with these packages.
  static func has(_ packages: String...) -> Bool {
    let find = "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))"
    return (try? run(["-c", find] + packages))?.status == 0
  }

  /// Runs `python3` with these words at the root of the repository.
  static func run(_ words: [String]) throws -> Tool.Result {
    try Tool.run(URL(fileURLWithPath: "/usr/bin/env"), ["python3"] + words, in: Fixtures.root)
  }
}
