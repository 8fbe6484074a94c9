/** What the owner of a lock may do while it holds it. */
export interface HeldLock {
  /** Names another process whose life keeps the lock: a child that goes on when this process is killed. */
  addProcess(pid: number): void;
}

/**
 * Runs `work` while this process alone owns `folder`, waiting for its turn without limit. The lock of a process that
 * ended (kill -9 included) is taken over at once; one held on another machine or in another container after 30 s of silence.
 * `onWait` is called once with the owner's process id when the wait takes longer than a second. Throws the file system's error
 * when the parent folder does not exist or is not writable.
 */
export function withFolderLock<T>(
  folder: string,
  work: (lock: HeldLock) => Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T>;

/** Whether a process exists and has not ended; a zombie has ended. */
export function isProcessAlive(pid: number): boolean;
