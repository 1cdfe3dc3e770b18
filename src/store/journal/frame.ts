/*
 * A journal file is a sequence of frames: the length of what follows (uint32), the kind (uint8), the content; all little
 * endian. A version frame holds a number (uint32) and a JournalVersion as JSON; the rows after it refer to the number. A row
 * frame holds that number and the values of a JournalRow, each with a tag before it (uint8).
 *
 * Numbers are written as their eight bytes: that takes a tenth of the time of writing them as text, which is left to the
 * thread that reads them.
 */

export const FRAME = { version: 1, row: 2 } as const;
export const TAG = { none: 0, number: 1, text: 2, numbers: 3, floats: 4 } as const;

/** Bytes before a frame's content: its length and its kind. */
export const FRAME_HEAD = 5;
export const LENGTH_BYTES = 4;
