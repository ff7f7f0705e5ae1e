// Names the OpenBLAS header for the module map; pkg-config supplies the folder it is found in.
#include <cblas.h>
