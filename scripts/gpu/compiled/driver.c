// A Vulkan driver that compiles with another one, for a card that is not here, and runs nothing:
// commands and submissions are dropped, every fence has been signalled, memory is the process's.
// It tells what each compute pipeline takes, one line on stderr, "## name=value; name=value;".
// REAL_DRIVER names the other driver's library. See scripts/compiled-kernels.mjs.
#define VK_NO_PROTOTYPES
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

static PFN_vkGetInstanceProcAddr realInstance;
static PFN_vkGetDeviceProcAddr realDevice;
static VkInstance instance;

static VkResult succeed() { return VK_SUCCESS; }
static void nothing() {}

/* Dawn asks for this of a driver before it has f16 on NVIDIA's cards; compute shaders do not use it. */
static VkPhysicalDevice16BitStorageFeatures *halvesIn(const void *chain) {
  for (const VkBaseInStructure *each = chain; each; each = each->pNext)
    if (each->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES)
      return (VkPhysicalDevice16BitStorageFeatures *)each;
  return NULL;
}

static VKAPI_ATTR void VKAPI_CALL getFeatures(VkPhysicalDevice card, VkPhysicalDeviceFeatures2 *features) {
  ((PFN_vkGetPhysicalDeviceFeatures2)realInstance(instance, "vkGetPhysicalDeviceFeatures2"))(card, features);
  VkPhysicalDevice16BitStorageFeatures *halves = halvesIn(features);
  if (halves) halves->storageInputOutput16 = VK_TRUE;
}

static VKAPI_ATTR VkResult VKAPI_CALL createDevice(VkPhysicalDevice card, const VkDeviceCreateInfo *asked, const VkAllocationCallbacks *allocator, VkDevice *device) {
  VkDeviceCreateInfo info = *asked;
  VkPhysicalDevice16BitStorageFeatures *halves = halvesIn(asked->pNext);
  if (halves) halves->storageInputOutput16 = VK_FALSE;
  const char **names = malloc(sizeof(char *) * (asked->enabledExtensionCount + 1));
  memcpy(names, asked->ppEnabledExtensionNames, sizeof(char *) * asked->enabledExtensionCount);
  names[asked->enabledExtensionCount] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR statistics = {
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)asked->pNext, VK_TRUE };
  info.pNext = &statistics;
  info.ppEnabledExtensionNames = names;
  info.enabledExtensionCount = asked->enabledExtensionCount + 1;
  VkResult result = ((PFN_vkCreateDevice)realInstance(instance, "vkCreateDevice"))(card, &info, allocator, device);
  free(names);
  return result;
}

static void printStatistics(VkDevice device, VkPipeline pipeline) {
  PFN_vkGetPipelineExecutableStatisticsKHR get =
    (PFN_vkGetPipelineExecutableStatisticsKHR)realDevice(device, "vkGetPipelineExecutableStatisticsKHR");
  VkPipelineExecutableInfoKHR first = { VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, 0 };
  VkPipelineExecutableStatisticKHR found[64];
  uint32_t count = 64;
  memset(found, 0, sizeof found);
  for (int i = 0; i < 64; i++) found[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  get(device, &first, &count, found);
  fprintf(stderr, "##");
  for (uint32_t i = 0; i < count; i++)
    if (found[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR)
      fprintf(stderr, " %s=%g;", found[i].name, found[i].value.f64);
    else
      fprintf(stderr, " %s=%llu;", found[i].name, (unsigned long long)found[i].value.u64);
  fprintf(stderr, "\n");
}

static VKAPI_ATTR VkResult VKAPI_CALL createPipelines(VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *asked, const VkAllocationCallbacks *allocator, VkPipeline *pipelines) {
  PFN_vkCreateComputePipelines create = (PFN_vkCreateComputePipelines)realDevice(device, "vkCreateComputePipelines");
  VkResult all = VK_SUCCESS;
  for (uint32_t i = 0; i < count; i++) {
    VkComputePipelineCreateInfo info = asked[i];
    info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
    /* Without a cache: statistics come from a compiler that runs. */
    VkResult result = create(device, VK_NULL_HANDLE, 1, &info, allocator, pipelines + i);
    if (result == VK_SUCCESS) printStatistics(device, pipelines[i]);
    else all = result;
  }
  return all;
}

typedef struct {
  size_t size;
  void *bytes;
} Memory;

static VKAPI_ATTR VkResult VKAPI_CALL allocateMemory(VkDevice device, const VkMemoryAllocateInfo *asked, const VkAllocationCallbacks *allocator, VkDeviceMemory *made) {
  Memory *memory = calloc(1, sizeof *memory);
  memory->size = asked->allocationSize;
  *made = (VkDeviceMemory)memory;
  return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL freeMemory(VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks *allocator) {
  if (memory) free(((Memory *)memory)->bytes);
  free((void *)memory);
}

static VKAPI_ATTR VkResult VKAPI_CALL mapMemory(VkDevice device, VkDeviceMemory mapped, VkDeviceSize offset, VkDeviceSize size, VkMemoryMapFlags flags, void **bytes) {
  Memory *memory = (Memory *)mapped;
  if (!memory->bytes) memory->bytes = calloc(1, memory->size);
  *bytes = (char *)memory->bytes + offset;
  return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL memoryProperties(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties *properties) {
  memset(properties, 0, sizeof *properties);
  properties->memoryTypeCount = properties->memoryHeapCount = 1;
  properties->memoryTypes[0].propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
    VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  properties->memoryHeaps[0].size = 24ull << 30;
  properties->memoryHeaps[0].flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
}

static VKAPI_ATTR void VKAPI_CALL memoryProperties2(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties2 *properties) {
  memoryProperties(card, &properties->memoryProperties);
}

static VKAPI_ATTR void VKAPI_CALL bufferNeeds(VkDevice device, VkBuffer buffer, VkMemoryRequirements *needs) {
  ((PFN_vkGetBufferMemoryRequirements)realDevice(device, "vkGetBufferMemoryRequirements"))(device, buffer, needs);
  needs->memoryTypeBits = 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL createHandle(VkDevice device, const void *asked, const VkAllocationCallbacks *allocator, uint64_t *handle) {
  static uint64_t last = 0;
  *handle = ++last;
  return VK_SUCCESS;
}

typedef PFN_vkVoidFunction Any;

static Any replacement(const char *name) {
  static const struct { const char *name; Any by; } replaced[] = {
    { "vkCreateComputePipelines", (Any)createPipelines },
    { "vkCreateDevice", (Any)createDevice },
    { "vkGetPhysicalDeviceFeatures2", (Any)getFeatures },
    { "vkGetPhysicalDeviceFeatures2KHR", (Any)getFeatures },
    { "vkGetPhysicalDeviceMemoryProperties", (Any)memoryProperties },
    { "vkGetPhysicalDeviceMemoryProperties2", (Any)memoryProperties2 },
    { "vkGetPhysicalDeviceMemoryProperties2KHR", (Any)memoryProperties2 },
    { "vkGetBufferMemoryRequirements", (Any)bufferNeeds },
    { "vkAllocateMemory", (Any)allocateMemory },
    { "vkFreeMemory", (Any)freeMemory },
    { "vkMapMemory", (Any)mapMemory },
    { "vkUnmapMemory", (Any)nothing },
    { "vkCreateFence", (Any)createHandle },
    { "vkCreateSemaphore", (Any)createHandle },
    { "vkCreateQueryPool", (Any)createHandle },
    { "vkDestroyFence", (Any)nothing },
    { "vkDestroySemaphore", (Any)nothing },
    { "vkDestroyQueryPool", (Any)nothing },
    { "vkUpdateDescriptorSets", (Any)nothing },
  };
  static const char *succeeding[] = { "vkBindBufferMemory", "vkResetFences", "vkWaitForFences", "vkGetFenceStatus",
    "vkResetCommandPool", "vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommandBuffer", "vkQueueSubmit",
    "vkQueueSubmit2", "vkQueueSubmit2KHR", "vkQueueWaitIdle", "vkDeviceWaitIdle", "vkGetQueryPoolResults",
    "vkFlushMappedMemoryRanges", "vkInvalidateMappedMemoryRanges" };
  for (unsigned i = 0; i < sizeof replaced / sizeof *replaced; i++)
    if (!strcmp(name, replaced[i].name)) return replaced[i].by;
  for (unsigned i = 0; i < sizeof succeeding / sizeof *succeeding; i++)
    if (!strcmp(name, succeeding[i])) return (Any)succeed;
  return strncmp(name, "vkCmd", 5) ? NULL : (Any)nothing;
}

static VKAPI_ATTR Any VKAPI_CALL getDeviceProc(VkDevice device, const char *name) {
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (Any)getDeviceProc;
  Any real = realDevice(device, name), other = replacement(name);
  return real && other ? other : real;
}

static VKAPI_ATTR VkResult VKAPI_CALL createInstance(const VkInstanceCreateInfo *asked, const VkAllocationCallbacks *allocator, VkInstance *made) {
  VkResult result = ((PFN_vkCreateInstance)realInstance(NULL, "vkCreateInstance"))(asked, allocator, made);
  if (result != VK_SUCCESS) return result;
  instance = *made;
  realDevice = (PFN_vkGetDeviceProcAddr)realInstance(instance, "vkGetDeviceProcAddr");
  return result;
}

VKAPI_ATTR Any VKAPI_CALL vk_icdGetInstanceProcAddr(VkInstance asking, const char *name) {
  if (!realInstance) {
    void *library = dlopen(getenv("REAL_DRIVER"), RTLD_NOW);
    if (!library) {
      fprintf(stderr, "%s\n", dlerror());
      return NULL;
    }
    realInstance = (PFN_vkGetInstanceProcAddr)dlsym(library, "vk_icdGetInstanceProcAddr");
  }
  if (!strcmp(name, "vkCreateInstance")) return (Any)createInstance;
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (Any)getDeviceProc;
  Any real = realInstance(asking, name), other = replacement(name);
  return real && other ? other : real;
}

VKAPI_ATTR Any VKAPI_CALL vk_icdGetPhysicalDeviceProcAddr(VkInstance asking, const char *name) {
  return vk_icdGetInstanceProcAddr(asking, name);
}

VKAPI_ATTR VkResult VKAPI_CALL vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  if (*version > 5) *version = 5;
  return VK_SUCCESS;
}
