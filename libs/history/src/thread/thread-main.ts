import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { EventFile, ExitGate, LogUnavailableError } from '#event-log';
import { isUnwritable } from '../indexing/failures.js';
import { LocalHistory } from '../local-history.js';
import { HistoryUnavailableError } from '../port.js';
import type { HistoryStart, Question, Reply } from './messages.js';

/** The program of the history's thread: follows the log, and answers questions, several at a time. */
async function main(port: MessagePort, { log, index, refusals, gateMemory }: HistoryStart): Promise<void> {
  const gate = new ExitGate(gateMemory);
  let opening: Promise<LocalHistory> | undefined;
  // What could not be opened, for want of room perhaps, is tried again by the next question.
  const opened = (): Promise<LocalHistory> =>
    (opening ??= openBehind(gate, { log, index, refusals }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  // Questions may come before it is open.
  port.on('message', (question: Question) => void answer(question));
  const answer = async ({ id, method, args }: Question): Promise<void> => {
    const reply = await replyOf(id, async () => {
      const history = await opened();
      return (history[method] as (...args: readonly unknown[]) => Promise<unknown>).apply(history, [...args]);
    });
    port.postMessage(reply);
    if (method === 'close') port.close();
  };
  port.postMessage(await replyOf(0, async () => void (await opened())));
}

async function openBehind(
  gate: ExitGate,
  { log, ...files }: Omit<HistoryStart, 'gateMemory'>,
): Promise<LocalHistory> {
  const source = gate.guard(() => new EventFile(log));
  try {
    const history = await LocalHistory.open(source, files, gate);
    history.keepUp();
    return history;
  } catch (error) {
    source.close();
    throw error;
  }
}

async function replyOf(id: number, work: () => Promise<unknown>): Promise<Reply> {
  try {
    return { id, ok: true, value: await work() };
  } catch (error) {
    const { message } = error as Error;
    const isUnavailable =
      error instanceof HistoryUnavailableError || error instanceof LogUnavailableError || isUnwritable(error);
    return { id, ok: false, message, isUnavailable };
  }
}

// Always there: this module is nothing but the program of a worker thread.
await main(parentPort as MessagePort, workerData as HistoryStart);
