/** Our own API, as it is deployed. */
export const PUBLIC_URL = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";

const PUBLIC_ONLY = "callbacks go only to public addresses";
const HTTPS_ONLY = "callbacks go only to https URLs";
const NOT_OURSELVES = "callbacks must not call this API itself";
const NO_USER = "the callback URL contains a user name or a password";
const MALFORMED = "the callback URL is malformed";

/**
 * URLs that are hostile by themselves: the reason, the URL (PORT4 and PORT6 stand for the ports of listeners on
 * loopback), the error.
 */
export const HOSTILE_URLS: readonly (readonly [string, string, string])[] = [
  ["loopback", "https://127.0.0.1:PORT4/", PUBLIC_ONLY],
  ["loopback's other addresses", "https://127.9.9.9:PORT4/", PUBLIC_ONLY],
  ["a decimal address", "https://2130706433:PORT4/", PUBLIC_ONLY],
  ["an octal address", "https://0177.0.0.01:PORT4/", PUBLIC_ONLY],
  ["one octal number", "https://017700000001:PORT4/", PUBLIC_ONLY],
  ["a hexadecimal address", "https://0x7f.0x0.0x0.0x1:PORT4/", PUBLIC_ONLY],
  ["one hexadecimal number", "https://0x7F000001:PORT4/", PUBLIC_ONLY],
  ["a short address", "https://127.1:PORT4/", PUBLIC_ONLY],
  ["a mixed short address", "https://0x7f.1:PORT4/", PUBLIC_ONLY],
  ["an address with a trailing dot", "https://127.0.0.1.:PORT4/", PUBLIC_ONLY],
  ["an escaped address", "https://%31%32%37.0.0.1:PORT4/", PUBLIC_ONLY],
  ["full-width digits", "https://１２７.０.０.１:PORT4/", PUBLIC_ONLY],
  ["circled digits", "https://①②⑦.⓪.⓪.①:PORT4/", PUBLIC_ONLY],
  ["ideographic dots", "https://127。0。0。1:PORT4/", PUBLIC_ONLY],
  ["any address", "https://0.0.0.0:PORT4/", PUBLIC_ONLY],
  ["zero", "https://0:PORT4/", PUBLIC_ONLY],
  ["IPv6 loopback", "https://[::1]:PORT6/", PUBLIC_ONLY],
  ["IPv6 loopback in full", "https://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT6/", PUBLIC_ONLY],
  ["IPv6 any", "https://[::]:PORT6/", PUBLIC_ONLY],
  ["mapped", "https://[::ffff:127.0.0.1]:PORT4/", PUBLIC_ONLY],
  ["mapped, hexadecimal", "https://[::ffff:7f00:1]:PORT4/", PUBLIC_ONLY],
  ["mapped metadata", "https://[::ffff:169.254.169.254]/", PUBLIC_ONLY],
  ["compatible", "https://[::127.0.0.1]:PORT4/", PUBLIC_ONLY],
  ["translated", "https://[::ffff:0:127.0.0.1]:PORT4/", PUBLIC_ONLY],
  ["NAT64", "https://[64:ff9b::127.0.0.1]:PORT4/", PUBLIC_ONLY],
  ["local NAT64", "https://[64:ff9b:1::a9fe:a9fe]/", PUBLIC_ONLY],
  ["6to4", "https://[2002:7f00:1::]:PORT4/", PUBLIC_ONLY],
  ["Teredo", "https://[2001:0:7f00:1::]:PORT4/", PUBLIC_ONLY],
  ["a zone", "https://[fe80::1%25lo]:PORT6/", MALFORMED],
  ["a zone, unescaped", "https://[::1%lo]:PORT6/", MALFORMED],
  ["metadata", "https://169.254.169.254/latest/meta-data/", PUBLIC_ONLY],
  ["decimal metadata", "https://2852039166/latest/meta-data/", PUBLIC_ONLY],
  ["octal metadata", "https://0251.0376.0251.0376/latest/meta-data/", PUBLIC_ONLY],
  ["IPv6 metadata", "https://[fd00:ec2::254]/latest/meta-data/", PUBLIC_ONLY],
  ["a container's credentials", "https://169.254.170.2/v2/credentials", PUBLIC_ONLY],
  ["metadata by name", "https://metadata.google.internal/", PUBLIC_ONLY],
  ["a private network", "https://10.0.0.1/", PUBLIC_ONLY],
  ["another private network", "https://172.31.255.255/", PUBLIC_ONLY],
  ["yet another private network", "https://192.168.1.1/", PUBLIC_ONLY],
  ["a shared network", "https://100.100.100.200/", PUBLIC_ONLY],
  ["multicast", "https://224.0.0.1/", PUBLIC_ONLY],
  ["broadcast", "https://255.255.255.255/", PUBLIC_ONLY],
  ["localhost", "https://localhost:PORT4/", PUBLIC_ONLY],
  ["LOCALHOST.", "https://LOCALHOST.:PORT4/", PUBLIC_ONLY],
  ["a name below localhost", "https://x.localhost:PORT4/", PUBLIC_ONLY],
  ["a name without a dot", "https://intranet:PORT4/", PUBLIC_ONLY],
  ["a name with a dot behind it alone", "https://intranet.:PORT4/", PUBLIC_ONLY],
  ["a user and a password", "https://user:secret@good.example.com:PORT4/", NO_USER],
  ["a user", "https://user@good.example.com:PORT4/", NO_USER],
  ["a password", "https://:secret@good.example.com:PORT4/", NO_USER],
  ["a user that looks like a host", "https://good.example.com@127.0.0.1:PORT4/", NO_USER],
  ["a user that looks like a host and a port", "https://good.example.com:443@127.0.0.1:PORT4/", NO_USER],
  ["a backslash before an at sign", "https://127.0.0.1:PORT4\\@good.example.com/", PUBLIC_ONLY],
  ["a fragment before an at sign", "https://127.0.0.1:PORT4#@good.example.com/", PUBLIC_ONLY],
  ["blanks and line ends", " https://127.0\n.0.1:PORT4/ ", PUBLIC_ONLY],
  ["plain http", "http://good.example.com:PORT4/", HTTPS_ONLY],
  ["plain http to loopback", "http://127.0.0.1:PORT4/", HTTPS_ONLY],
  ["ftp", "ftp://good.example.com:PORT4/", HTTPS_ONLY],
  ["ws", "wss://good.example.com:PORT4/", HTTPS_ONLY],
  ["gopher", "gopher://127.0.0.1:PORT4/_POST", HTTPS_ONLY],
  ["a file", "file:///etc/passwd", HTTPS_ONLY],
  ["a file of another host", "file://127.0.0.1/etc/passwd", HTTPS_ONLY],
  ["data", "data:text/plain,hello", HTTPS_ONLY],
  ["javascript", "javascript:alert(1)", HTTPS_ONLY],
  ["a socket", "unix:/var/run/docker.sock", HTTPS_ONLY],
  ["a blob", "blob:https://good.example.com/1", HTTPS_ONLY],
  ["no scheme", "//127.0.0.1:PORT4/", MALFORMED],
  ["nothing", "", MALFORMED],
  ["an invalid port", "https://good.example.com:99999/", MALFORMED],
  ["our own API", `${PUBLIC_URL}/jobs`, NOT_OURSELVES],
  ["our own API with a trailing dot", "https://abc123.execute-api.us-east-1.amazonaws.com./prod/jobs", NOT_OURSELVES],
  ["our own API in capitals", "https://ABC123.Execute-Api.us-east-1.AMAZONAWS.com/prod/jobs", NOT_OURSELVES],
  ["our own API at another port", "https://abc123.execute-api.us-east-1.amazonaws.com:8443/", NOT_OURSELVES],
];

/** Names that resolve to forbidden addresses: the reason, the name, its addresses. */
export const HOSTILE_NAMES: readonly (readonly [string, string, readonly string[]])[] = [
  ["IPv4 loopback", "loopback.example.com:PORT4", ["127.0.0.1"]],
  ["loopback's other addresses", "other.example.com:PORT4", ["127.9.9.9"]],
  ["IPv6 loopback", "loopback6.example.com:PORT6", ["::1"]],
  ["mapped loopback", "mapped.example.com:PORT4", ["::ffff:127.0.0.1"]],
  ["compatible loopback", "compatible.example.com:PORT4", ["::127.0.0.1"]],
  ["NAT64 loopback", "nat64.example.com:PORT4", ["64:ff9b::7f00:1"]],
  ["6to4 loopback", "six-to-four.example.com:PORT4", ["2002:7f00:1::"]],
  ["any address", "any.example.com:PORT4", ["0.0.0.0"]],
  ["IPv6 any", "any6.example.com:PORT6", ["::"]],
  ["metadata", "metadata.example.com", ["169.254.169.254"]],
  ["IPv6 metadata", "metadata6.example.com", ["fd00:ec2::254"]],
  ["a private network", "private.example.com", ["10.0.0.1"]],
  ["a zone", "zone.example.com:PORT6", ["fe80::1%1"]],
  ["a public address and loopback", "public-first.example.com:PORT4", ["93.184.215.14", "127.0.0.1"]],
  ["loopback and a public address", "public-last.example.com:PORT4", ["127.0.0.1", "2606:4700:4700::1111"]],
  ["an invalid address", "no-address.example.com:PORT4", ["127.1"]],
];

/**
 * Targets that are rejected even where loopback and plain http are permitted: the reason, the URL, what its name
 * resolves to.
 */
export const HOSTILE_ON_A_LAPTOP: readonly (readonly [string, string, ...string[]])[] = [
  ["metadata", "http://169.254.169.254/latest/meta-data/"],
  ["mapped loopback", "http://[::ffff:127.0.0.1]:PORT4/"],
  ["any address", "http://0.0.0.0:PORT4/"],
  ["a private network", "http://10.0.0.1/"],
  ["a name of metadata", "http://metadata.example.com/", "169.254.169.254"],
  ["a name of a private network", "http://private.example.com/", "10.0.0.1"],
  ["a name of loopback and a private network", "http://mixed.example.com:PORT4/", "127.0.0.1", "10.0.0.1"],
  ["a name of any address", "http://any.example.com:PORT4/", "0.0.0.0"],
  ["a name of mapped loopback", "http://mapped.example.com:PORT4/", "::ffff:127.0.0.1"],
  ["a user and a password", "http://user:secret@127.0.0.1:PORT4/"],
  ["another scheme", "ftp://127.0.0.1:PORT4/"],
  ["our own API", "http://localhost:4000/jobs"],
  ["our own API by another name", "http://127.0.0.1:4000/jobs"],
];
