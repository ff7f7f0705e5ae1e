import Glibc
import Synchronization

/// The wish of a person or of a batch system that the program stops, SIGINT or SIGTERM.
enum Interruption {
  private static let signalNumber = Atomic<CInt>(0)

  /// Lets long work end in good order at the first signal; a second one ends the program at once.
  static func watch() {
    _ = isWanted
    // Threads of a pool block signals, and a program that one of them starts inherits that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      let previous = signal(number) { number in
        Interruption.signalNumber.store(number, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
      // A program in the background is told to ignore signals of the terminal, and goes on doing so.
      if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
    }
  }

  static var isWanted: Bool { signalNumber.load(ordering: .relaxed) != 0 }

  /// Ends the program as the signal would have, so that the shell's own loops stop too.
  static func obey() {
    let number = signalNumber.load(ordering: .relaxed)
    guard number != 0 else { return }
    signal(number, SIG_DFL)
    raise(number)
  }
}
