import type { Variables } from './environment.js';

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What is different for every task. */
export interface TaskVariables {
  readonly taskId: string;
  readonly host: string;
  /** Without prefix. */
  readonly ports: Variables;
}

/**
 * The environment of a definition's tasks as Mesos lists it (`spec/scheduling.md` §4.2). Later variables win over earlier ones
 * of the same name: the user over the system. Names that clash are rare, so the variables that all tasks share are made
 * once and listed as they are.
 */
export class VariableList {
  private readonly shared: readonly Variable[];
  private readonly own: readonly Variable[];
  /** Names that are taken, whatever the task. */
  private readonly names: ReadonlySet<string>;
  private readonly clashes: boolean;
  private readonly hostName: string;

  constructor(
    private readonly prefix: string,
    definition: Variables,
    user: Variables,
  ) {
    this.hostName = `${prefix}HOST`;
    this.shared = listOf(definition);
    this.own = listOf(user);
    const names = ['MESOS_TASK_ID', this.hostName, ...definition.keys(), ...user.keys()];
    this.names = new Set(names);
    this.clashes = this.names.size < names.length;
  }

  of(task: TaskVariables): Variable[] {
    const { shared, own, prefix, names } = this;
    let { clashes } = this;
    // Made in its full length: a list that grows while it is filled leaves several times its size as garbage.
    const variables: Variable[] = [];
    variables.length = 2 + shared.length + task.ports.size + own.length;
    let place = 0;
    variables[place++] = { name: 'MESOS_TASK_ID', value: task.taskId };
    for (const variable of shared) variables[place++] = variable;
    variables[place++] = { name: this.hostName, value: task.host };
    for (const [name, value] of task.ports) {
      const prefixed = prefix + name;
      clashes ||= names.has(prefixed);
      variables[place++] = { name: prefixed, value };
    }
    for (const variable of own) variables[place++] = variable;
    return clashes ? withoutClashes(variables) : variables;
  }
}

const listOf = (variables: Variables): Variable[] =>
  Array.from(variables, ([name, value]) => ({ name, value }));

/** Each name at the place where it came first, with the value that came last. */
function withoutClashes(variables: readonly Variable[]): Variable[] {
  return listOf(new Map(variables.map(({ name, value }) => [name, value])));
}
