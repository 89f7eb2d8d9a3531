import { createServer } from 'node:net';

/**
 * Below the ports that Linux gives to outgoing connections (32768 and up) and those that the local cluster offers to
 * tasks (31000 and up): while a server is down, nobody gets its port by chance, not even its own clients that try to
 * reach it again.
 */
const FIRST_PORT = 12_000;
const PORT_COUNT = 18_000;

const taken = new Set<number>();

/** A port of loopback that nobody listens on and that stays free for a server that comes, goes and comes again. */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
}

/** Several stable ports, all different. */
export async function stablePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await stablePort());
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve(true));
    });
  });
}
