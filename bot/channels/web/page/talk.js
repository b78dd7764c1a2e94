// Sending what is not text: files, recorded sound, the place one is at.
import { newId } from "./line.js";
import { t } from "./words.js";

const LIMIT = 20 * 1024 * 1024;
const ALBUM = 10;
const LONGEST_RECORDING = 300;
const RETRY = 3000;

function upload(blob, title, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "files");
    request.setRequestHeader("X-Title", encodeURIComponent(title));
    request.setRequestHeader("Content-Type", blob.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(request.status));
    request.onerror = () => reject(0);
    request.send(blob);
  });
}

function kindOf(type) {
  const group = type.split("/")[0];
  if (group === "image" && type !== "image/heic") return "photo";
  return group === "video" || group === "audio" ? group : "document";
}

export class Talk {
  constructor(line, list, notify) {
    this.line = line;
    this.list = list;
    this.notify = notify;
    this.busy = 0;
    this.recording = null;
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
  }

  files(chosen, replyTo) {
    const files = Array.from(chosen);
    for (let start = 0; start < files.length; start += ALBUM) {
      this.send(files.slice(start, start + ALBUM), (sent) => ({ type: "files", files: sent.map((file) => file.name) }), replyTo);
    }
  }

  // Shows the files at once, uploads them one after the other (again and again while the line is down),
  // then says that they are there.
  async send(blobs, form, replyTo, seconds) {
    const clientId = newId();
    const shown = blobs.map((blob) => ({
      kind: seconds ? "voice" : kindOf(blob.type),
      file: { title: blob.name, mime: blob.type || "application/octet-stream", size: blob.size, seconds, local: URL.createObjectURL(blob) },
    }));
    this.list.hold(clientId, shown, t("uploading", 0));
    this.notify.sent();
    const fail = (word) => this.list.mark(clientId, t(word), () => this.list.settle(clientId));
    if (blobs.some((blob) => blob.size > LIMIT)) return fail("tooBig");
    this.busy += 1;
    try {
      const sent = [];
      for (const blob of blobs) {
        const file = await this.persist(clientId, blob, sent.length, blobs.length);
        if (typeof file === "string") return fail(file);
        sent.push(file);
      }
      this.list.mark(clientId, t("sending"));
      this.line.post({ client_id: clientId, reply_to: replyTo, ...form(sent) });
    } finally {
      this.busy -= 1;
    }
  }

  async persist(clientId, blob, done, all) {
    const progress = (part) => this.list.mark(clientId, t("uploading", Math.floor(((done + part) / all) * 100)));
    for (;;) {
      try {
        return await upload(blob, blob.name || "", progress);
      } catch (status) {
        if (status === 413) return "tooBig";
        if (status === 415) return "notAllowed";
        if (status === 401 || status === 403) return "failed";
        this.list.mark(clientId, t("retrying"));
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  // -- sound

  get canRecord() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
  }

  async record(tick) {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.notify.toast(t("micDenied"));
      return false;
    }
    const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    const started = Date.now();
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const timer = setInterval(() => {
      const seconds = Math.floor((Date.now() - started) / 1000);
      tick(seconds);
      if (seconds >= LONGEST_RECORDING) this.finish(true);
    }, 250);
    recorder.onstop = () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      const { wanted, replyTo } = this.recording;
      this.recording = null;
      this.notify.recorded();
      const seconds = (Date.now() - started) / 1000;
      const blob = new Blob(parts, { type: (recorder.mimeType || "audio/webm").split(";")[0] });
      if (!wanted || !blob.size || seconds < 0.5) return;
      this.send([blob], ([file]) => ({ type: "voice", file: file.name, seconds }), replyTo, Math.max(1, Math.round(seconds)));
    };
    this.recording = { recorder, wanted: false };
    recorder.start();
    return true;
  }

  finish(wanted, replyTo) {
    if (!this.recording || this.recording.recorder.state === "inactive") return;
    Object.assign(this.recording, { wanted, replyTo });
    this.recording.recorder.stop();
  }

  // -- place

  place(send) {
    if (!navigator.geolocation) return this.notify.toast(t("placeDenied"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => send({ latitude: coords.latitude, longitude: coords.longitude }),
      () => this.notify.toast(t("placeDenied")),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  }
}
