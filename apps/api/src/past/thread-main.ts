import { statSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { EventFile, ExitGate, LogUnavailableError } from '#event-log';
import { answerQuestion } from './answer-question.js';
import { Archive } from './archive.js';
import { CheckpointFolder } from './checkpoint-folder.js';
import { CheckpointMaker } from './checkpoint-maker.js';
import type { EventSource } from './event-source.js';
import type { PastReply, PastRequest, PastThreadStart } from './messages.js';
import type { Asked } from './question.js';

/** The program of the thread that looks into the past: answers questions in their order, makes checkpoints beside. */
function main(port: MessagePort, { path, checkpoints, gateMemory }: PastThreadStart): void {
  const gate = new ExitGate(gateMemory);
  const file = gate.pass(() => new EventFile(path));
  const source = guarded(file, gate);
  const tell = (reply: PastReply, transferred: ArrayBuffer[] = []): void =>
    port.postMessage(reply, transferred);
  const warn = (text: string): void => tell({ kind: 'warning', text });
  const folder = new CheckpointFolder(checkpoints, source, warn);
  const archive = new Archive(source, folder);
  const maker = new CheckpointMaker({ source, folder, logBytes: () => statSync(path).size, warn });
  let lastAnswer: Promise<void> = Promise.resolve();

  port.on('message', (request: PastRequest) => {
    switch (request.kind) {
      case 'ask':
        lastAnswer = lastAnswer.then(() => ask(archive, request, tell));
        return;
      case 'make-checkpoints':
        void maker.makeUpTo(request.head).then((dueAt) => tell({ kind: 'checkpoints-made', dueAt }));
        return;
      case 'close':
        gate.pass(() => file.close());
        process.exit();
    }
  });
}

async function ask(
  archive: Archive,
  { id, asked }: { readonly id: number; readonly asked: Asked },
  tell: (reply: PastReply, transferred?: ArrayBuffer[]) => void,
): Promise<void> {
  try {
    const { answer, ...rest } = await answerQuestion(archive, asked);
    const { body: text, ...head } = answer;
    const body = text === undefined ? undefined : new TextEncoder().encode(text);
    const outcome = { ...rest, answer: head };
    // Handed over, not copied: the thread that answers takes no time over it.
    tell({ kind: 'outcome', id, outcome, body }, body === undefined ? [] : [body.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', id, message, isUnavailable: error instanceof LogUnavailableError });
  }
}

/** The end of the process waits for reads under way, and lets no more begin. */
const guarded = (file: EventFile, gate: ExitGate): EventSource => ({
  first: () => promised(() => gate.pass(() => file.first())),
  read: (after, limit) => promised(() => gate.pass(() => file.read(after, limit))),
});

const promised = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });

// Always there: this module is nothing but the program of a worker thread.
main(parentPort as MessagePort, workerData as PastThreadStart);
