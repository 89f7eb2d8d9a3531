import type { AgentFiles } from './agent-files.js';

/** Text of a file, and which bytes of it that is. */
export interface TextPortion {
  readonly data: string;
  readonly offset: number;
  /** Bytes that `data` stands for; the next read begins behind them. */
  readonly length: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** Most bytes of one read (`spec/ui.md` §15). */
export const LONGEST_READ = 8 * 1024 * 1024;

/** What an agent gives at most in one answer. */
const PIECE = 65_536;

/** Stands where bytes are no text: also where a character was cut in two. */
const NO_CHARACTER = '\uFFFD';

/** Bytes of the longest character, less one. */
const MOST_CUT = 3;

/**
 * Reads text from an offset on, over as many answers of the agent as it takes. Never ends within a character, unless
 * the file itself does.
 */
export async function readText(
  files: Pick<AgentFiles, 'read'>,
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<TextPortion> {
  const size = (await files.read(path, -1, 0)).offset;
  const end = Math.min(size, offset + Math.min(length, LONGEST_READ));
  const pieces: string[] = [];
  let position = offset;
  while (position < end) {
    const piece = await readPiece(files, path, { position, end });
    if (piece.data === '') break;
    pieces.push(piece.data);
    const isCut = piece.bytes < Math.min(PIECE, end - position);
    const wasLast = position + PIECE >= end;
    position += piece.bytes;
    // The rest of the range is the beginning of a character.
    if (isCut && wasLast) break;
  }
  return { data: pieces.join(''), offset, length: position - offset, size };
}

/** One answer of the agent, shortened by what was cut off a character at its end. */
async function readPiece(
  files: Pick<AgentFiles, 'read'>,
  path: string,
  { position, end }: { readonly position: number; readonly end: number },
): Promise<{ readonly data: string; readonly bytes: number }> {
  const wanted = Math.min(PIECE, end - position);
  const { data } = await files.read(path, position, wanted);
  if (!data.endsWith(NO_CHARACTER)) return { data, bytes: wanted };
  for (let cut = 1; cut <= MOST_CUT && wanted - cut > 0; cut++) {
    const shorter = await files.read(path, position, wanted - cut);
    if (!shorter.data.endsWith(NO_CHARACTER)) return { data: shorter.data, bytes: wanted - cut };
  }
  return { data, bytes: wanted };
}
