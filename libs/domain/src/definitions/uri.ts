/** What has no place in it; asked this way round, however long the text is, the expression needs no stack. */
const ILLEGAL = /[\p{Cc}\p{Z}"<>\\^`{|}]|%(?![0-9a-fA-F]{2})/u;
const EMPTY_PARTS = /^(?::|[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/)?(?:#|$)|\/\/(?:#|$))/;

/** Whether a text is a URI or URI reference by RFC 2396: no blanks, control or excluded characters. */
export function isUri(text: string): boolean {
  return !ILLEGAL.test(text) && text.indexOf('#') === text.lastIndexOf('#') && !EMPTY_PARTS.test(text);
}

const ARCHIVE = /\.(?:tar|tar\.gz|tar\.bz2|tar\.xz|gz|tgz|tbz2|txz|zip)$/;

/** Whether the path of a URI names an archive that is to be unpacked; query and fragment do not count (§4.5). */
export function namesArchive(uri: string): boolean {
  const end = uri.search(/[?#]/);
  return ARCHIVE.test(end < 0 ? uri : uri.slice(0, end));
}
