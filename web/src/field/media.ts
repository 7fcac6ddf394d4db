// Photos by the phone's own camera, voice notes by its microphone, and where it is.
import type { KeptFile, Place } from "./model";
import { digestOf } from "./sync";

/** Longest voice note. */
const MAX_VOICE_MS = 180_000;
/** How long the phone may look for its place. */
const PLACE_MS = 8_000;

/** Where the phone is; null where that can't be known. */
export function here(): Promise<Place | null> {
  if (!("geolocation" in navigator)) return Promise.resolve(null);
  return new Promise((done) => {
    // Some browsers never answer a question that nobody sees.
    const late = setTimeout(() => done(null), PLACE_MS + 1000);
    const tell = (place: Place | null) => {
      clearTimeout(late);
      done(place);
    };
    navigator.geolocation.getCurrentPosition((at) => tell([at.coords.longitude, at.coords.latitude]), () => tell(null), { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: 30_000 });
  });
}

/** A file as the device keeps it, untouched: what it says of time and place is the house's. */
export async function keptFile(person: string, bytes: Blob, name: string): Promise<KeptFile> {
  const buffer = await bytes.arrayBuffer();
  // A copy: what an input points to may be gone after a restart.
  return { person, digest: await digestOf(buffer), bytes: new Blob([buffer], { type: bytes.type }), name, there: false };
}

/** Records until `stop` is called. */
export async function record(): Promise<{ stop: () => Promise<Blob> }> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((t) => MediaRecorder.isTypeSupported(t));
  const recorder = new MediaRecorder(stream, { ...(type ? { mimeType: type } : {}), audioBitsPerSecond: 32_000 });
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const ended = new Promise<void>((done) => recorder.addEventListener("stop", () => done(), { once: true }));
  recorder.start(1000);
  const limit = setTimeout(() => recorder.state === "recording" && recorder.stop(), MAX_VOICE_MS);
  return {
    stop: async () => {
      clearTimeout(limit);
      if (recorder.state !== "inactive") recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      return new Blob(parts, { type: recorder.mimeType });
    },
  };
}
