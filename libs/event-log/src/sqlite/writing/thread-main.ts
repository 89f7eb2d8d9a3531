import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { BusyFlag } from './busy-flag.js';
import type { WriteReply, WriteRequest, WriterStart } from './messages.js';
import { WritingConnection } from './writing-connection.js';

/** The program of the writing thread: opens the file, then answers one request after another. */
function main(port: MessagePort, { path, durability, busyMemory }: WriterStart): void {
  const busy = new BusyFlag(busyMemory);
  let connection: WritingConnection;
  const answer = (work: () => void): void => {
    const reply = replyOf(work);
    busy.lower();
    port.postMessage(reply);
  };
  port.on('message', (request: WriteRequest) => {
    answer(() => serve(connection, request));
    if (request.kind === 'close') port.close();
  });
  answer(() => {
    connection = WritingConnection.open(path, durability);
  });
}

function serve(connection: WritingConnection, request: WriteRequest): void {
  switch (request.kind) {
    case 'commit':
      return connection.commit(request.group);
    case 'claim-epoch':
      return connection.claimEpoch(request.epoch, request.mark);
    case 'probe':
      return connection.probe();
    case 'rollback':
      return connection.rollback();
    case 'close':
      return connection.close();
  }
}

function replyOf(work: () => void): WriteReply {
  try {
    work();
    return { ok: true };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { ok: false, message, code };
  }
}

// Always there: this module is nothing but the program of a worker thread.
main(parentPort as MessagePort, workerData as WriterStart);
