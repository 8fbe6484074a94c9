/** The body as JSON; undefined when it is none. */
export function jsonOf({ body }) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** What is wrong with the status, or undefined. */
export const statusIs = (answer, ...statuses) =>
  statuses.includes(answer.status)
    ? undefined
    : `status ${answer.status} ${answer.body.subarray(0, 200).toString()}`;

/** A check: the status, then whether a resource in the answer is as it should be. */
export const resource = (status, isRight) => (answer) =>
  statusIs(answer, status) ?? (isRight(jsonOf(answer) ?? {}) ? undefined : excerpt(answer));

/** A check of a PATCH: an answer without a body is as good as one with the changed resource. */
export const changed = (isRight) => (answer) =>
  statusIs(answer, 200, 204) ??
  (answer.status === 204 || isRight(jsonOf(answer) ?? {}) ? undefined : excerpt(answer));

/** A check of a list: as many as expected, and the first one is right. */
export const found = (total, isRight = () => true) =>
  resource(200, (list) => list.totalResults === total && (total === 0 || isRight(list.Resources?.[0] ?? {})));

const excerpt = ({ body }) => `wrong answer ${body.subarray(0, 200).toString()}`;

/** Members in an answer, counted without parsing: a group of 100,000 is 20 MB of JSON. */
export function countMembers({ body }) {
  let count = 0;
  let at = body.indexOf('"members"');
  if (at < 0) return 0;
  for (at = body.indexOf('"value"', at); at >= 0; at = body.indexOf('"value"', at + 7)) count += 1;
  return count;
}
