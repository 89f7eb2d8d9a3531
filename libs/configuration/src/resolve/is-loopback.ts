/** Whether only this machine reaches an address. */
export const isLoopback = (address: string): boolean =>
  /^127(?:\.\d+){3}$/.test(address) || address === '::1';
