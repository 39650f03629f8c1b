/** The promise, or nothing once so much time has passed: to leave while Redis is away. Its failure is nothing as well. */
export async function atMost<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(over.resolve, ms);
  try {
    return await Promise.race([promise.catch(() => undefined), over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
