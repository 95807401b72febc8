import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { Bridge, Push, PushText } from './ipc.ts';

/** All that the page can reach of this computer. Names and arguments are checked on the other side. */
const bridge: Bridge = {
  call: (name, args) => ipcRenderer.invoke('perch', name, args),
  onPush: (listener) => {
    ipcRenderer.removeAllListeners('perch');
    ipcRenderer.on('perch', (_event: IpcRendererEvent, push: Push | PushText) => listener(push));
  },
};

contextBridge.exposeInMainWorld('perch', bridge);
