import { readFile } from 'node:fs/promises';

/** Names of the machine's users and groups, by id; an id without a name stands for itself. */
export class OwnerNames {
  private users: Promise<Map<number, string>> | undefined;
  private groups: Promise<Map<number, string>> | undefined;

  async userName(uid: number): Promise<string> {
    this.users ??= readNames('/etc/passwd');
    return (await this.users).get(uid) ?? String(uid);
  }

  async groupName(gid: number): Promise<string> {
    this.groups ??= readNames('/etc/group');
    return (await this.groups).get(gid) ?? String(gid);
  }
}

/** Both files have the name in the first column and the id in the third. */
async function readNames(path: string): Promise<Map<number, string>> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.split(':'));
    return new Map(lines.flatMap(([name, , id]) => (name && id ? [[Number(id), name] as const] : [])));
  } catch {
    // A machine without these files has ids only.
    return new Map();
  }
}
