import { createServer, type Socket } from 'node:net';

/** Takes connections and never answers, as a broker that was stopped does. */
export interface MuteBroker {
  /** `host:port`. */
  readonly address: string;
  /** How many connections to it are open. */
  readonly connections: () => number;
  readonly close: () => void;
}

export async function startMuteBroker(): Promise<MuteBroker> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => undefined);
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, connections: () => open.size, close: () => server.close() };
}
