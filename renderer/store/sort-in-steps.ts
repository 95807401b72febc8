/** Sorts in place (merge sort), one comparison a step: to be gone through in slices. What is alike keeps its order. */
export function* sortInSteps<T>(items: T[], compare: (a: T, b: T) => number): Generator<void> {
  const { length } = items;
  let from = items;
  let to = [...items];
  for (let run = 1; run < length; run *= 2) {
    for (let start = 0; start < length; start += 2 * run) {
      const middle = Math.min(start + run, length);
      const end = Math.min(start + 2 * run, length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const isLeft = right >= end || (left < middle && compare(from[left]!, from[right]!) <= 0);
        to[at] = isLeft ? from[left++]! : from[right++]!;
        yield;
      }
    }
    [from, to] = [to, from];
  }
  if (from !== items) for (let at = 0; at < length; at++) items[at] = from[at]!;
}
