/** What a subscriber gets of one position, or of one event that is not on the log. */
export interface Piece {
  readonly chunks: readonly Buffer[];
  /** How many events it holds. */
  readonly messages: number;
  /** What it adds to the byte counter. */
  readonly countedBytes: number;
}

/**
 * Pieces that go out in one write, put together once for everybody who gets the same. It is framed as a chunk of HTTP
 * here, too, so that no connection has to copy or frame anything.
 */
export class Parcel {
  /** The bytes alone, for connections whose end is the end of the body. */
  readonly bytes: Buffer;
  /** The bytes as one chunk of a chunked body. */
  readonly asChunk: Buffer;
  readonly messages: number;
  readonly countedBytes: number;

  constructor(pieces: readonly Piece[]) {
    const chunks = pieces.flatMap((piece) => piece.chunks);
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const head = Buffer.from(`${length.toString(16)}\r\n`);
    this.asChunk = Buffer.concat([head, ...chunks, CRLF]);
    this.bytes = this.asChunk.subarray(head.length, head.length + length);
    this.messages = sum(pieces, ({ messages }) => messages);
    this.countedBytes = sum(pieces, ({ countedBytes }) => countedBytes);
  }

  /** An empty line. It is no event, so it counts for nothing. */
  static emptyLine(lineEnd: string): Parcel {
    return new Parcel([{ chunks: [Buffer.from(lineEnd)], messages: 0, countedBytes: 0 }]);
  }
}

const CRLF = Buffer.from('\r\n');

const sum = (pieces: readonly Piece[], pick: (piece: Piece) => number): number =>
  pieces.reduce((total, piece) => total + pick(piece), 0);
