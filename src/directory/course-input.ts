import { z } from 'zod';
import { isStorableText } from '../kernel/fold.js';

/** As many as a person or a group can be given; a catalogue is another system's. */
export const MAX_COURSES = 500;

const text = z.string().min(1).max(200).refine(isStorableText, 'must not contain NUL or broken Unicode');

/** B41: opaque references with names, each reference once. */
export const CoursesInput = z
  .array(z.object({ id: text, name: text }))
  .max(MAX_COURSES)
  .refine((courses) => new Set(courses.map(({ id }) => id)).size === courses.length, {
    message: 'names a course twice',
  });
