// What goes wrong on a newcomer's machine, in words that say what to do. Pure functions, so that tests can read them.

/** A failure whose message is all the reader needs: no stack trace. */
export class Refusal extends Error {}

export const diskFull = (root, free) =>
  `The disk that holds ${root} is too full: installing needs about 700 MB` +
  `${free === undefined ? '' : `, and ${Math.floor(free / 1_000_000)} MB are free`}. Free some space and run the command again.`;

const NETWORK =
  /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Whether npm's words mean that nobody answered, as opposed to an answer we do not like. */
export const isNetworkFailure = (output) => NETWORK.test(output);

/** Why `npm ci` failed, from what it printed; null when it is none of the usual reasons. */
export function explainInstall(output, root) {
  const has = (pattern) => pattern.test(output);
  if (has(/\bENOSPC\b|\bEDQUOT\b|no space left/i)) {
    return diskFull(root);
  }
  if (has(/\bEACCES\b|\bEPERM\b|\bEROFS\b/)) {
    const path = /(?:path|dest)[:\s]+(\/\S+)/.exec(output)?.[1];
    return (
      `No permission to write${path ? ` ${path}` : ' what npm has to write'}. ` +
      `This user must own ${root} and npm's cache (npm config get cache); chown them, or clone again as this user.`
    );
  }
  if (has(NETWORK)) {
    return (
      'The npm registry cannot be reached, and the first run has to download the dependencies. ' +
      'Check the network, the proxy (npm config get proxy) and the registry (npm config get registry), then run the command again.'
    );
  }
  if (has(/\bE(401|403)\b/)) {
    return 'The npm registry refused the download: log in to it, or point npm at another one (npm config get registry).';
  }
  if (has(/\bSELF_SIGNED_CERT\w*|UNABLE_TO_(GET|VERIFY)\w*|CERT_HAS_EXPIRED/)) {
    return 'The npm registry shows a certificate that Node does not trust: set NODE_EXTRA_CA_CERTS to your authority, then run the command again.';
  }
  if (has(/\bEUSAGE\b/)) {
    return 'package.json and package-lock.json disagree: run npm install to bring the lockfile up to date.';
  }
  return null;
}

/** The sentence for a file system error of our own, or null. */
export function explainFile(error, root) {
  if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
    return `No permission to write ${error.path ?? root}. This user must own ${root}: chown it, or clone again as this user.`;
  }
  if (['ENOSPC', 'EDQUOT'].includes(error.code)) {
    return `The disk that holds ${root} is full. Free some space and run the command again.`;
  }
  return null;
}

export const NO_NPM =
  'npm was not found. It comes with Node.js (https://nodejs.org); some systems package it apart (apt-get install npm).';

/** Why there is no Node 24 to run on. */
export const noNode = (version, platform) =>
  `Rollcall runs on Node.js 24 or newer. This is ${version}, and for ${platform} npm has no Node 24 to install beside it. ` +
  'Install Node.js 24 (https://nodejs.org, or your package manager) and run the command again.';

/** Node 24 was installed but the system does not execute it. */
export const brokenNode = (path, reason, version) =>
  `The Node.js 24 in ${path} does not run on this machine (${reason}): it needs glibc, and a file system that allows programs. ` +
  `Install Node.js 24 yourself (this is ${version}) and run the command again.`;

export const unknownCommand = (command, known) =>
  `${command ? `There is no command '${command}'.` : 'Which command?'} One of: ${known.join(', ')}.`;
