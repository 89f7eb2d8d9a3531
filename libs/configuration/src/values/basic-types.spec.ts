import { describe, expect, it } from 'vitest';
import { maskUserInfo } from './basic-types.js';

describe('an address for people', () => {
  it.each([
    ['zk://u:p@h1:1,h2:2/m', 'zk://xxxxxxxx:xxxxxxxx@h1:1,h2:2/m'],
    ['zk://u:p@ss@w@h/m', 'zk://xxxxxxxx:xxxxxxxx@h/m'],
    ['http://u@h', 'http://xxxxxxxx:xxxxxxxx@h'],
    ['http://u:a@b@h1:1,http://u:c@d@h2', 'http://xxxxxxxx:xxxxxxxx@h1:1,http://xxxxxxxx:xxxxxxxx@h2'],
    ['zk://h/m@n', 'zk://h/m@n'],
    ['h@i', 'h@i'],
  ])('%s shows no credentials', (text, shown) => {
    expect(maskUserInfo(text)).toBe(shown);
  });
});
