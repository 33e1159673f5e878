const hooks = new Set<() => void>();

/** Has this done if the process ends without warning; gives the way to take that back. One listener, however many. */
export function onProcessExit(hook: () => void): () => void {
  if (hooks.size === 0) process.on("exit", runHooks);
  hooks.add(hook);
  return () => {
    hooks.delete(hook);
    if (hooks.size === 0) process.removeListener("exit", runHooks);
  };
}

function runHooks(): void {
  for (const hook of hooks) hook();
}
