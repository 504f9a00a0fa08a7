// What Mesa's driver for NVIDIA cards asks of the kernel and of libdrm, answered for a card that is
// not here, whose number is in CHIPSET (hexadecimal, 180 for an H100). To be preloaded; driver.c
// keeps anything from being run. RENDER_NODE names an empty file as large as the card's memory.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <nouveau_drm.h>
#include <xf86drm.h>
#include <nouveau/nvif/cl0080.h>
#include <nouveau/nvif/ioctl.h>

/* Numbers that the installed header may not have yet. */
enum { EXEC_PUSH_MAX = 17, VRAM_BAR_SIZE = 18, VRAM_USED = 19, HAS_VMA_TILEMODE = 20 };

static const uint64_t cardBytes = 24ull << 30;
static const uint32_t pciVendor = 0x10de, pciDevice = 0x2330;

static uint32_t chipset(void) { return strtoul(getenv("CHIPSET"), NULL, 16); }

static drmDevice *card(void) {
  static drmPciBusInfo bus = { 0, 1, 0, 0 };
  static drmPciDeviceInfo pci;
  static char *nodes[DRM_NODE_MAX];
  static drmDevice device;
  pci.vendor_id = pciVendor;
  pci.device_id = pciDevice;
  for (int i = 0; i < DRM_NODE_MAX; i++) nodes[i] = getenv("RENDER_NODE");
  device.nodes = nodes;
  device.available_nodes = 1 << DRM_NODE_PRIMARY | 1 << DRM_NODE_RENDER;
  device.bustype = DRM_BUS_PCI;
  device.businfo.pci = &bus;
  device.deviceinfo.pci = &pci;
  return &device;
}

int drmGetDevices2(uint32_t flags, drmDevicePtr devices[], int count) {
  if (devices && count > 0) devices[0] = card();
  return 1;
}
int drmGetDevice2(int file, uint32_t flags, drmDevicePtr *device) { return *device = card(), 0; }
int drmGetDeviceFromDevId(dev_t id, uint32_t flags, drmDevicePtr *device) { return *device = card(), 0; }
void drmFreeDevices(drmDevicePtr devices[], int count) {}
void drmFreeDevice(drmDevicePtr *device) {}

drmVersionPtr drmGetVersion(int file) {
  static drmVersion version = { .version_major = 1, .version_minor = 4, .name = "nouveau", .name_len = 7, .date = "", .desc = "" };
  return &version;
}
void drmFreeVersion(drmVersionPtr version) {}
int drmGetCap(int file, uint64_t capability, uint64_t *value) { return *value = 1, 0; }

static int getParameter(struct drm_nouveau_getparam *asked) {
  switch (asked->param) {
    case NOUVEAU_GETPARAM_PCI_VENDOR: asked->value = pciVendor; return 0;
    case NOUVEAU_GETPARAM_PCI_DEVICE: asked->value = pciDevice; return 0;
    case NOUVEAU_GETPARAM_BUS_TYPE: asked->value = 2; return 0; /* PCI express */
    case NOUVEAU_GETPARAM_FB_SIZE: case VRAM_BAR_SIZE: asked->value = cardBytes; return 0;
    case NOUVEAU_GETPARAM_AGP_SIZE: asked->value = 1ull << 40; return 0;
    case NOUVEAU_GETPARAM_CHIPSET_ID: asked->value = chipset(); return 0;
    /* 66 pairs of multiprocessors, as an H100 has them, in 8 groups. */
    case NOUVEAU_GETPARAM_GRAPH_UNITS: asked->value = 66 << 8 | 8; return 0;
    case NOUVEAU_GETPARAM_PTIMER_TIME: asked->value = 0; return 0;
    case NOUVEAU_GETPARAM_HAS_BO_USAGE: case HAS_VMA_TILEMODE: asked->value = 1; return 0;
    case EXEC_PUSH_MAX: asked->value = 510; return 0;
    case VRAM_USED: asked->value = 4096; return 0;
    default: return -EINVAL;
  }
}

/* The classes of the card's engines: inline to memory, copies, 2D, 3D, compute. */
static void getClasses(struct nvif_ioctl_sclass_v0 *asked) {
  static const struct { uint32_t family; int32_t copies, graphics, compute; } families[] = {
    { 0x1b0, 0xcab5, 0xce97, 0xcec0 }, { 0x190, 0xc7b5, 0xc997, 0xc9c0 }, { 0x180, 0xc8b5, 0xcb97, 0xcbc0 },
    { 0x170, 0xc7b5, 0xc797, 0xc7c0 }, { 0x160, 0xc5b5, 0xc597, 0xc5c0 } };
  for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
    if (families[i].family != (chipset() & ~0xfu)) continue;
    const int32_t classes[] = { 0xa140, families[i].copies, 0x902d, families[i].graphics, families[i].compute };
    if (asked->count == 0) asked->count = 5;
    else
      for (int j = 0; j < 5 && j < asked->count; j++) {
        asked->oclass[j].oclass = classes[j];
        asked->oclass[j].minver = asked->oclass[j].maxver = -1;
      }
  }
}

static void describe(struct nvif_ioctl_mthd_v0 *asked) {
  if (asked->method != NV_DEVICE_V0_INFO) return;
  struct nv_device_info_v0 *info = (void *)asked->data;
  info->platform = NV_DEVICE_INFO_V0_PCIE;
  info->chipset = chipset();
  info->ram_size = info->ram_user = cardBytes;
  strcpy(info->name, "a card that is not here");
}

/* Buffers lie one after another in the render node's file, so that mapping it maps them. */
static uint64_t ends[1 << 20];
static int makeBuffer(struct drm_nouveau_gem_new *asked) {
  static uint32_t last = 0;
  uint32_t handle = ++last;
  asked->info.handle = handle;
  asked->info.size = (asked->info.size + 0xffff) & ~0xffffull;
  asked->info.offset = asked->info.map_handle = ends[handle - 1];
  ends[handle] = ends[handle - 1] + asked->info.size;
  return 0;
}
static int describeBuffer(struct drm_nouveau_gem_info *asked) {
  asked->offset = asked->map_handle = ends[asked->handle - 1];
  asked->size = ends[asked->handle] - asked->offset;
  return 0;
}

static int command(unsigned long number, void *data) {
  struct nvif_ioctl_v0 *nvif = data;
  switch (number) {
    case DRM_NOUVEAU_GETPARAM: return getParameter(data);
    case DRM_NOUVEAU_GEM_NEW: return makeBuffer(data);
    case DRM_NOUVEAU_GEM_INFO: return describeBuffer(data);
    case DRM_NOUVEAU_CHANNEL_ALLOC:
      ((struct drm_nouveau_channel_alloc *)data)->pushbuf_domains = NOUVEAU_GEM_DOMAIN_VRAM | NOUVEAU_GEM_DOMAIN_GART;
      return 0;
    case DRM_NOUVEAU_NVIF:
      if (nvif->type == NVIF_IOCTL_V0_SCLASS) getClasses((void *)nvif->data);
      if (nvif->type == NVIF_IOCTL_V0_MTHD) describe((void *)nvif->data);
      return 0;
    default: return 0;
  }
}
int drmCommandWriteRead(int file, unsigned long number, void *data, unsigned long size) { return command(number, data); }
int drmCommandWrite(int file, unsigned long number, void *data, unsigned long size) { return command(number, data); }
int drmCommandRead(int file, unsigned long number, void *data, unsigned long size) { return command(number, data); }
int drmIoctl(int file, unsigned long request, void *data) {
  unsigned number = request & 0xff;
  return number >= DRM_COMMAND_BASE && number < DRM_COMMAND_END ? command(number - DRM_COMMAND_BASE, data) : 0;
}
int drmCloseBufferHandle(int file, uint32_t handle) { return 0; }

/* Whatever is waited for has happened. */
int drmSyncobjCreate(int file, uint32_t flags, uint32_t *handle) {
  static uint32_t last = 0;
  return *handle = ++last, 0;
}
int drmSyncobjDestroy(int file, uint32_t handle) { return 0; }
int drmSyncobjReset(int file, const uint32_t *handles, uint32_t count) { return 0; }
int drmSyncobjSignal(int file, const uint32_t *handles, uint32_t count) { return 0; }
int drmSyncobjWait(int file, uint32_t *handles, unsigned count, int64_t until, unsigned flags, uint32_t *first) { return 0; }
int drmSyncobjTimelineSignal(int file, const uint32_t *handles, uint64_t *points, uint32_t count) { return 0; }
int drmSyncobjTimelineWait(int file, uint32_t *handles, uint64_t *points, unsigned count, int64_t until, unsigned flags, uint32_t *first) { return 0; }
int drmSyncobjTransfer(int file, uint32_t to, uint64_t toPoint, uint32_t from, uint64_t fromPoint, uint32_t flags) { return 0; }
int drmSyncobjQuery2(int file, uint32_t *handles, uint64_t *points, uint32_t count, uint32_t flags) {
  for (uint32_t i = 0; i < count; i++) points[i] = INT64_MAX;
  return 0;
}
