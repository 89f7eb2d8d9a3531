const LINE_FEED = 0x0a;

/**
 * The lines of a stream of bytes, without their ends. Only a line feed ends a line: whatever else readers of text take for
 * an end is part of it, as it is when the line was hashed.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  // In pieces, so that a long line is not copied again with every one.
  const rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
      yield Buffer.concat([...rest.splice(0), chunk.subarray(begin, end)]);
      begin = end + 1;
    }
    if (begin < chunk.length) rest.push(Buffer.from(chunk.subarray(begin)));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}
