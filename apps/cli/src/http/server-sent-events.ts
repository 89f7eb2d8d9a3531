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
  let rest = '';
  for await (const chunk of body) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}
