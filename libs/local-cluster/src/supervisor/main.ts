/**
 * Program of a supervisor process: `node main.js <socket> <record> <boot id> <recovery timeout ms>`
 * (spec/local-cluster.md §2.2). Its output is the supervisor's log.
 */
import { rmSync, unlinkSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { writeDurably } from '../runtime/durable-file.js';
import { closeInheritedFiles } from './inherited-files.js';
import { LineReader, LineWriter } from './lines.js';
import { findProcess } from './process-table.js';
import { supervisorGeneration, type SupervisorRecord, type SupervisorRequest } from './protocol.js';
import { SupervisorLog } from './supervisor-log.js';
import { Supervisor } from './supervisor.js';

const [socketPath = '', recordPath = '', bootId = '', recoveryTimeoutMs = ''] = process.argv.slice(2);

const output = new SupervisorLog(
  // Not `process.stdout`: one failed write ends that stream, and without a listener the process.
  (text) => writeSync(1, text),
  () => new Date(),
);
const log = (message: string, fields: Record<string, unknown>): void => output.write(message, fields);

function exit(): void {
  log('supervisor ends', {});
  for (const path of [socketPath, recordPath]) {
    try {
      unlinkSync(path);
    } catch (error) {
      log('cannot remove', { path, error: String(error) });
    }
  }
  process.exit(0);
}

/** The agent waits for the record; without one this process must be seen to end, and say why. */
function refuseToStart(error: unknown): void {
  log('supervisor cannot start', { error: String(error) });
  rmSync(socketPath, { force: true });
  process.exit(1);
}

const supervisor = new Supervisor({
  bootId,
  nowMs: () => performance.now(),
  recoveryTimeoutMs: Number(recoveryTimeoutMs),
  log,
  exit,
});

let current: Socket | undefined;

/** One agent at a time: a new connection closes the former one, with whatever it still had to say. */
function serve(socket: Socket): void {
  current?.destroy();
  current = socket;
  const writer = new LineWriter(socket);
  const channel = { send: (message: unknown): void => writer.write(message) };
  const reader = new LineReader((record) => {
    if (socket === current) supervisor.handle(record as SupervisorRequest, channel);
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('error', (error) => log('connection failed', { error: String(error) }));
  socket.on('close', () => {
    if (socket !== current) return;
    current = undefined;
    supervisor.agentLost();
  });
}

closeInheritedFiles();
process.on('SIGHUP', () => log('hang-up ignored', {}));
// The umask also covers the socket: 0600 from the first moment it exists.
process.umask(0o177);
const server = createServer(serve).once('error', refuseToStart);
server.listen(socketPath, () => {
  process.umask(0o022);
  // From here on containers depend on this process: a connection that cannot be accepted is the agent's to repeat.
  server.off('error', refuseToStart);
  server.on('error', (error) => log('cannot accept a connection', { error: String(error) }));
  const record: SupervisorRecord = {
    pid: process.pid,
    startTime: findProcess(process.pid)?.startTime,
    bootId,
    socket: socketPath,
    runsChecks: true,
    generation: supervisorGeneration,
  };
  writeDurably(recordPath, JSON.stringify(record), 0o600).then(
    () => log('supervisor ready', { ...record }),
    refuseToStart,
  );
});
