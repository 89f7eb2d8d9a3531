/**
 * Small messages shared by the whole v1 scheduler API, in the shape of the JSON wire (`spec/mesos-client.md §4`).
 *
 * Field names are the proto names in snake_case. A repeated field that is empty is omitted by the master, so
 * every repeated field which may be empty in an event is optional here. Messages are plain data that nobody changes.
 */

/** An identifier message: Mesos wraps every id in an object. */
export interface Id {
  value: string;
}

export type FrameworkId = Id;
export type AgentId = Id;
export type OfferId = Id;
export type TaskId = Id;
export type ExecutorId = Id;
export type OperationId = Id;
export type ResourceProviderId = Id;

/** Nested for the containers of a pod: the parent is the executor's container. */
export interface ContainerId extends Id {
  parent?: ContainerId;
}

/** A double. Mesos itself compares scalars in thousandths (`§19.2`). */
export interface ScalarValue {
  value: number;
}

/** Inclusive on both ends. */
export interface RangeValue {
  begin: number;
  end: number;
}

export interface RangesValue {
  range?: readonly RangeValue[];
}

export interface SetValue {
  item?: readonly string[];
}

export interface TextValue {
  value: string;
}

export interface Label {
  key: string;
  value?: string;
}

/** Ordered; duplicates are allowed. */
export interface Labels {
  labels?: readonly Label[];
}

export interface Parameter {
  key: string;
  value: string;
}

export interface Parameters {
  parameter?: readonly Parameter[];
}

/** Nanoseconds since the epoch. Beyond 2^53 the lowest digits are lost (`§4.2`), less than a microsecond. */
export interface TimeInfo {
  nanoseconds: number;
}

export interface DurationInfo {
  nanoseconds: number;
}

/** Standard alphabet, padded. */
export type Base64 = string;

/**
 * A string enum whose known members are listed, open to values of newer masters: unknown ones are passed on
 * as they came.
 */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>);
