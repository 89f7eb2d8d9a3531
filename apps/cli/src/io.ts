/** A stream that is written to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a run reads and where it writes to: the process, or a test. */
export interface Io {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Everything that comes in, as text. */
export async function readAll(input: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
