import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { NEGOTIATES } from '../filters/accept-filter.js';
import { textParam, type Query as QueryParams } from '../paths/query.js';
import { send } from '../server/send.js';
import { errorAnswer, valueAnswer, type Answer } from '../wire/answer.js';
import { AgentFilesError } from './agent-files.js';
import { LONGEST_READ, readText } from './read-text.js';
import { sandboxPath } from './sandbox-path.js';
import { TaskFiles, type Sandbox } from './task-files.js';

/** Requests for files that are answered at a time; each keeps an agent busy. */
const MOST_AT_ONCE = 32;

/**
 * Files of tasks, fetched from their agents, so that nobody needs to reach these (`spec/ui.md` §15). `id` is an instance
 * or one of its tasks.
 */
@Controller('ekiden/v1/instances')
export class FilesController {
  private underWay = 0;

  constructor(@Inject(TaskFiles) private readonly tasks: TaskFiles) {}

  /** What is in a directory of the sandbox, and whether the task still runs. */
  @Get(':id/files')
  browse(@Param('id') id: string, @Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    return this.withFile(
      { id, path: textParam(query, 'path') ?? '', reply },
      async ({ task, files, at }, path) => {
        const found = await at(path, async (full) => ({ full, entries: await files.browse(full) }));
        const listed = found.entries.map(({ path: entry, size, mtime, mode }) => {
          const name = entry.slice(found.full.length + 1);
          return {
            path: path === '' ? name : `${path}/${name}`,
            size,
            mtime,
            mode,
            directory: mode.startsWith('d'),
          };
        });
        send(reply, valueAnswer({ ...task, files: listed }));
      },
    );
  }

  /** Text of a file: `{data, offset, length, size}`, at most 8 MiB; without an offset nothing but the size. */
  @Get(':id/files/read')
  read(@Param('id') id: string, @Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    const [offset, length] = ['offset', 'length'].map((name) => wholeNumber(textParam(query, name)));
    if (offset === undefined || length === undefined) {
      send(reply, errorAnswer(400, "'offset' and 'length' must be whole numbers, or -1"));
      return Promise.resolve();
    }
    return this.withFile({ id, path: textParam(query, 'path'), reply }, async ({ files, at }, path) => {
      const answer = await at(path, async (full) => {
        if (offset >= 0) return readText(files, full, { offset, length: length < 0 ? LONGEST_READ : length });
        const { offset: size } = await files.read(full, -1, 0);
        return { data: '', offset: size, length: 0, size };
      });
      send(reply, valueAnswer(answer));
    });
  }

  /** The bytes of a file. */
  @Get(':id/files/download')
  @RouteConfig(NEGOTIATES)
  download(@Param('id') id: string, @Query() query: QueryParams, @Res() reply: FastifyReply): Promise<void> {
    return this.withFile({ id, path: textParam(query, 'path'), reply }, async ({ files, at }, path) => {
      const abort = new AbortController();
      reply.raw.once('close', () => abort.abort());
      const response = await at(path, (full) => files.download(full, abort.signal));
      reply.header('content-type', 'application/octet-stream');
      for (const name of ['content-length', 'content-disposition']) {
        const value = response.headers.get(name);
        if (value !== null) reply.header(name, value);
      }
      void reply.send(response.body === null ? '' : Readable.fromWeb(response.body));
    });
  }

  private async withFile(
    {
      id,
      path: text,
      reply,
    }: { readonly id: string; readonly path: string | undefined; readonly reply: FastifyReply },
    answer: (sandbox: Sandbox, path: string) => Promise<void>,
  ): Promise<void> {
    if (text === undefined) return send(reply, errorAnswer(400, "Expecting 'path=value' in query."));
    const path = sandboxPath(text);
    if (path === undefined) return send(reply, errorAnswer(400, `'${text}' is outside of the sandbox`));
    if (this.underWay >= MOST_AT_ONCE) return send(reply, errorAnswer(503, 'Too many files are being read'));
    this.underWay += 1;
    try {
      const sandbox = await this.tasks.find(id);
      if ('status' in sandbox) return send(reply, sandbox);
      await answer(sandbox, path);
    } catch (error) {
      if (!(error instanceof AgentFilesError)) throw error;
      send(reply, failure(error, text));
    } finally {
      this.underWay -= 1;
    }
  }
}

function failure({ status, message }: AgentFilesError, path: string): Answer {
  switch (status) {
    case 404:
      return errorAnswer(404, `There is no file '${path}' in the sandbox, or the agent no longer has it`);
    case 400:
      return errorAnswer(400, message);
    default:
      return errorAnswer(502, `The agent of the task gives no files: ${message || `status ${status}`}`);
  }
}

/** -1 for nothing; `undefined` for what is no whole number of -1 or above. */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return -1;
  return /^(?:-1|\d{1,15})$/.test(text) ? Number(text) : undefined;
}
