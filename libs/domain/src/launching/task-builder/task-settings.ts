/** The configuration that tasks are built with (`spec/operations.md` §9.2). */
export interface TaskSettings {
  /** `--env_vars_prefix`: put before `HOST` and the port variables. */
  readonly envVarsPrefix?: string;
  /** `--executor`: of apps that name none; `//cmd` is Mesos's own. */
  readonly executor: string;
  /** `--mesos_bridge_name`: the network that stands for bridge mode outside docker. */
  readonly mesosBridgeName: string;
}
