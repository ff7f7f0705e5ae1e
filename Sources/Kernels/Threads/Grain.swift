/// Counts the rows of so many elements that are worth a thread's attention.
func rowGrain(_ elements: Int) -> Int { max(1, 8192 / max(1, elements)) }
