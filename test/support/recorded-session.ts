import { readFileSync } from 'node:fs';

/** One line of a session that was recorded between a framework and a real master. */
export type RecordedStep =
  | { dir: 'call'; tag?: string; json: { type: string } & Record<string, unknown> }
  | { dir: 'headers'; tag?: string; status: number; headers: Record<string, string> }
  | { dir: 'event'; tag?: string; len: number; raw: string; json: { type: string } & Record<string, unknown> }
  | {
      dir: 'response';
      tag?: string;
      to?: string;
      status?: number;
      headers?: Record<string, string>;
      body: string;
    }
  | { dir: 'eof' | 'error'; tag?: string }
  | { dir: 'note'; note: string };

const RECORDINGS = new URL('../fixtures/mesos/', import.meta.url);

/** Reads a recording; a missing one is an error, never a reason to skip a test. */
export function readRecordedSession(name: 'scheduler-session' | 'failover-session'): RecordedStep[] {
  return readFileSync(new URL(`${name}.jsonl`, RECORDINGS), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedStep);
}

/** The steps of one kind. */
export function stepsOf<Kind extends RecordedStep['dir']>(
  steps: readonly RecordedStep[],
  kind: Kind,
): Extract<RecordedStep, { dir: Kind }>[] {
  return steps.filter((step): step is Extract<RecordedStep, { dir: Kind }> => step.dir === kind);
}
