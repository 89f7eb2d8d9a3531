/**
 * Amounts of resources are whole thousandths while they are computed with, as Mesos itself does it
 * (`spec/mesos-client.md` §19.2): sums are exact and nothing is ever over-committed by a rounding error.
 */
export type Thousandths = number;

export function toThousandths(amount: number): Thousandths {
  return Math.round(amount * 1000);
}

export function fromThousandths(amount: Thousandths): number {
  return amount / 1000;
}
