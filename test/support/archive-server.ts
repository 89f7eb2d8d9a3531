import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** Serves `/NAME.tar.gz` archives that are packed when the test says what is in them. */
export class ArchiveServer {
  private readonly archives = new Map<string, Buffer>();
  /** Paths that were asked for. */
  readonly requests: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const path = request.url ?? '/';
      this.requests.push(path);
      const archive = this.archives.get(path);
      response.writeHead(archive === undefined ? 404 : 200, { 'content-type': 'application/gzip' });
      response.end(archive);
    });
  }

  static start(): Promise<ArchiveServer> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new ArchiveServer(server)));
    });
  }

  /** Packs the files (path inside the archive → text) and answers the address to fetch them from. */
  async publish(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const directory = mkdtempSync(join(tmpdir(), 'ekiden-archive-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), text);
      }
      const packed = create({ gzip: true, cwd: directory, portable: true }, Object.keys(files));
      this.archives.set(`/${name}`, await packed.concat());
    } finally {
      rmSync(directory, { recursive: true });
    }
    const { port } = this.server.address() as { port: number };
    return `http://127.0.0.1:${port}/${name}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }
}
