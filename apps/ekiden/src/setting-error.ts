/** A setting has a value that only its use shows to be wrong. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}
