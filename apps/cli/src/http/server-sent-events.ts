/** One frame of an event stream. */
export interface StreamFrame {
  /** What to resume behind; absent on frames that carry none. */
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

/** The frames of a text/event-stream as they come. */
export async function* serverSentEvents(body: AsyncIterable<Buffer | string>): AsyncGenerator<StreamFrame> {
  let fields: { id?: string; event?: string; data: string[] } = { data: [] };
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (fields.data.length > 0) {
        const { id, event = 'message', data } = fields;
        yield { event, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
      }
      fields = { data: [] };
      continue;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'data') fields.data.push(value);
    else if (name === 'id') fields.id = value;
    else if (name === 'event') fields.event = value;
  }
}

/** Lines of a text that comes in pieces, without their ends. */
export async function* linesOf(body: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // In pieces, so that a long line is not looked through again with every one.
  const rest: string[] = [];
  for await (const chunk of body) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    rest.push(lines.shift() ?? '');
    for (const next of lines) {
      const line = rest.join('');
      yield line.endsWith('\r') ? line.slice(0, -1) : line;
      rest.splice(0, rest.length, next);
    }
  }
  const last = rest.join('');
  if (last !== '') yield last;
}
