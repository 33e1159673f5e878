/** Milliseconds of the monotonic clock that all threads share; performance.now() counts from each thread's own begin. */
export function threadsNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
