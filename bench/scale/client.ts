import { setTimeout as delay } from 'node:timers/promises';

/** How often it is asked whether everything is done. */
const POLL_INTERVAL_MS = 200;

/** The parts of an app that benchmarks choose. */
export interface AppWish {
  readonly id: string;
  readonly instances: number;
  readonly cpus?: number;
  readonly mem?: number;
  readonly cmd?: string;
  readonly upgradeStrategy?: { readonly minimumHealthCapacity: number; readonly maximumOverCapacity: number };
}

/** A small app without ports, as far as nothing else is wished. */
export function definition(wish: AppWish): Record<string, unknown> {
  return { cmd: 'exec ./serve', cpus: 0.1, mem: 32, portDefinitions: [], ...wish };
}

/** Sends a write and throws unless it is accepted. */
export async function send(url: string, method: 'POST' | 'PUT' | 'DELETE', body?: unknown): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 500)}`);
}

/** Creates apps one by one, so many requests in parallel. */
export async function createApps(url: string, wishes: readonly AppWish[], parallel: number): Promise<void> {
  const waiting = wishes.values();
  const sides = Array.from({ length: Math.min(parallel, wishes.length) }, async () => {
    for (const wish of waiting) await send(`${url}/v2/apps`, 'POST', definition(wish));
  });
  await Promise.all(sides);
}

/** Waits until no deployment is under way. */
export async function untilDeployed(url: string, limitMs: number): Promise<void> {
  for (const endMs = performance.now() + limitMs; ; await delay(POLL_INTERVAL_MS)) {
    const answer = await fetch(`${url}/v2/deployments`);
    const deployments = (await answer.json()) as readonly unknown[];
    if (deployments.length === 0) return;
    if (performance.now() > endMs) {
      const first = JSON.stringify(deployments[0]).slice(0, 300);
      throw new Error(`${deployments.length} deployments are not over after ${limitMs / 1000} s: ${first}`);
    }
  }
}
