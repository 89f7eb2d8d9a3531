/** The walls of the house (docs/adr/0001): who may import whom. `npm run lint` fails on any breach. */
const wall = (name, from, mayImport) => ({
  name,
  severity: 'error',
  comment: `${from} may import only: ${mayImport.join(', ') || 'nothing of the project'}`,
  from: { path: `^${from}/src/`, pathNot: '\\.(spec|fixture)\\.ts$' },
  to: { path: '^(libs|apps|test|bench)/', pathNot: [`^${from}/`, ...mayImport.map((to) => `^${to}/`)] },
});

module.exports = {
  forbidden: [
    wall('domain-is-alone', 'libs/domain', []),
    wall('event-log-walls', 'libs/event-log', ['libs/domain']),
    wall('bus-events-walls', 'libs/bus-events', ['libs/domain', 'libs/event-log']),
    wall('history-walls', 'libs/history', ['libs/domain', 'libs/event-log']),
    wall('zookeeper-walls', 'libs/zookeeper', []),
    wall('coordination-walls', 'libs/coordination', ['libs/zookeeper']),
    wall('mesos-walls', 'libs/mesos', ['libs/zookeeper']),
    wall('local-cluster-walls', 'libs/local-cluster', ['libs/mesos', 'libs/zookeeper']),
    wall('configuration-walls', 'libs/configuration', []),
    wall('observability-walls', 'libs/observability', []),
    wall('secrets-walls', 'libs/secrets', []),
    wall('api-walls', 'apps/api', [
      'libs/domain',
      'libs/event-log',
      'libs/bus-events',
      'libs/history',
      'libs/configuration',
      'libs/observability',
      'libs/secrets',
    ]),
    wall('scheduler-walls', 'apps/scheduler', [
      'libs/domain',
      'libs/event-log',
      'libs/bus-events',
      'libs/mesos',
      'libs/configuration',
      'libs/observability',
      'libs/secrets',
    ]),
    wall('cli-walls', 'apps/cli', [
      'libs/domain',
      'libs/event-log',
      'libs/history',
      'libs/configuration',
      'libs/observability',
      'apps/api',
    ]),
    wall('local-cluster-program-walls', 'apps/local-cluster', [
      'libs/zookeeper',
      'libs/mesos',
      'libs/local-cluster',
      'libs/observability',
    ]),
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'libs/domain has no framework and no I/O: only small pure packages',
      from: { path: '^libs/domain/src/', pathNot: '\\.(spec|fixture)\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown', 'undetermined'],
        pathNot: 'node_modules/re2js/',
      },
    },
    {
      name: 'only-through-the-door',
      severity: 'error',
      comment: 'a library is entered through its index.ts',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: { path: '^(libs|apps)/[^/]+/src/', pathNot: ['^$1/$2/', '/src/index\\.ts$'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist'] },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.build.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
